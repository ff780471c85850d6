// Places: from bytes, on the screen, and which point is meant.

const STEPS = 65535;
const TOUCH = 18; // pixels; so near a point must be to be meant

function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let place = 0; place < raw.length; place += 1) bytes[place] = raw.charCodeAt(place);
  return bytes;
}

// Two numbers of 16 bits a point, lower byte first.
function placesOf(text) {
  const bytes = bytesOf(text);
  const places = new Uint16Array(bytes.length / 2);
  for (let place = 0; place < places.length; place += 1) places[place] = bytes[2 * place] | (bytes[2 * place + 1] << 8);
  return places;
}

// Rows of the points; null where point n is row n.
function rowsOf(text) {
  if (text === null) return null;
  const bytes = bytesOf(text);
  return new Uint32Array(bytes.buffer);
}

function onScreen(map, x, y) {
  const unit = map.view.zoom * unitOf(map.width, map.height);
  return [(x - map.view.x) * unit + map.width / 2, (y - map.view.y) * unit + map.height / 2];
}

function onMap(map, left, top) {
  const unit = map.view.zoom * unitOf(map.width, map.height);
  return [(left - map.width / 2) / unit + map.view.x, (top - map.height / 2) / unit + map.view.y];
}

function pointScreen(map, point) {
  return onScreen(map, map.places[2 * point] / STEPS, map.places[2 * point + 1] / STEPS);
}

// The point nearest to a place on the screen, -1 for none within reach; those behind are passed over.
function pointAt(map, left, top, reach = TOUCH) {
  const [x, y] = onMap(map, left, top).map((place) => place * STEPS);
  let least = ((reach / (map.view.zoom * unitOf(map.width, map.height))) * STEPS) ** 2;
  let found = -1;
  const { places, front } = map;
  for (let point = 0; point < map.count; point += 1) {
    if (map.behind !== null && front[point] === 0) continue;
    const distance = (places[2 * point] - x) ** 2 + (places[2 * point + 1] - y) ** 2;
    if (distance < least) [least, found] = [distance, point];
  }
  return found;
}

// The next point in a direction, straight ahead before aside; the one in the middle where none is chosen yet.
function nextPoint(map, from, [dx, dy]) {
  if (from < 0) return pointAt(map, map.width / 2, map.height / 2, Infinity);
  const { places, front } = map;
  const [x, y] = [places[2 * from], places[2 * from + 1]];
  let [least, found] = [Infinity, -1];
  for (let point = 0; point < map.count; point += 1) {
    if (map.behind !== null && front[point] === 0) continue;
    const [right, down] = [places[2 * point] - x, places[2 * point + 1] - y];
    const ahead = right * dx + down * dy;
    const aside = Math.abs(right * dy) + Math.abs(down * dx);
    if (ahead <= 0 || aside > ahead) continue;
    const cost = ahead + 2 * aside;
    if (cost < least) [least, found] = [cost, point];
  }
  return found < 0 ? from : found;
}

// A line with at most so many corners: those that lie within some distance of a line without them are left out
// (Ramer, Douglas and Peucker), the distance being doubled until few enough are left.
function fewCorners(line, most, least) {
  let [corners, reach] = [line, least];
  do {
    corners = [...straightened(line, reach), line.at(-1)];
    reach *= 2;
  } while (corners.length > most);
  return corners;
}

function straightened(line, reach) {
  const [first, last] = [line[0], line.at(-1)];
  const [dx, dy] = [last[0] - first[0], last[1] - first[1]];
  const long = Math.hypot(dx, dy);
  let [most, farthest] = [reach, 0];
  for (let place = 1; place < line.length - 1; place += 1) {
    const [x, y] = [line[place][0] - first[0], line[place][1] - first[1]];
    const away = long ? Math.abs(x * dy - y * dx) / long : Math.hypot(x, y);
    if (away > most) [most, farthest] = [away, place];
  }
  if (!farthest) return [first];
  return [...straightened(line.slice(0, farthest + 1), reach), ...straightened(line.slice(farthest), reach)];
}

function within(value, least, most) {
  return Math.min(most, Math.max(least, value));
}
