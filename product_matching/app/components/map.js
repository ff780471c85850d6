// The map: pan, zoom, hover, keys, lasso. It asks its relay (map_relay.js) for cards, and tells it of areas and views.

const maps = new WeakMap();
const ZOOMS = [0.5, 400];
const DRAG = 4; // pixels; what moves less is a tap
const ASK = 110; // milliseconds that the pointer rests on a point
const SETTLED = 500; // milliseconds after which a view is told
const KEPT = 200; // cards
const CORNERS = 48;
const WHOLE = { x: 0.5, y: 0.5, zoom: 1 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".root");
  const map = maps.get(root) ?? create(root, data);
  if (map.broken) return;
  if (map.version !== data.version) takePoints(map, data);
  if (map.colouring !== data.colouring) takeColours(map, data);
  map.canvas.setAttribute("aria-label", `${data.alt} ${map.data.keys}`);
  schedule(map);
}

function create(root, data) {
  const stage = add(root, "div", "stage");
  const canvas = add(stage, "canvas", "points");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  const lines = stage.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  lines.setAttribute("class", "lines");
  lines.setAttribute("aria-hidden", "true");
  const outline = lines.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "polygon"));
  const ring = add(stage, "div", "ring");
  ring.hidden = true;
  const tools = add(stage, "div", "tools");
  const card = add(root, "div", "card");
  card.setAttribute("aria-live", "polite");
  const legend = add(root, "div", "legend");
  const drawing = startDrawing(canvas);
  const map = {
    root, stage, canvas, lines, outline, ring, card, legend, drawing, data, key: data.key, cards: new Map(),
    view: { ...WHOLE }, fitted: true, area: null, drawn: null, found: null, only: null, behind: null, current: -1,
    pinned: false, pointers: new Map(), moved: false, selecting: false, count: 0, frames: 0, timers: {},
  };
  maps.set(root, map);
  if (!drawing) {
    map.broken = true;
    add(stage, "p", "broken").textContent = "The map needs WebGL, which this browser does not offer or has switched off.";
    return map;
  }
  button(tools, "+", "Zoom in", () => zoomBy(map, 1.6));
  button(tools, "−", "Zoom out", () => zoomBy(map, 1 / 1.6));
  button(tools, "Fit", "Show nearly all listings; once more, the whole map", () => fit(map));
  map.lasso = button(tools, "Select", "Draw around listings to select them", () => select(map, !map.selecting));
  map.lasso.setAttribute("aria-pressed", "false");
  listen(map);
  return map;
}

function add(parent, tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  parent.appendChild(element);
  return element;
}

function button(parent, text, label, act) {
  const made = add(parent, "button", "tool");
  made.type = "button";
  made.textContent = text;
  made.title = label;
  made.setAttribute("aria-label", label);
  made.onclick = act;
  return made;
}

function listen(map) {
  const { canvas } = map;
  canvas.onpointerdown = (event) => begin(map, event);
  canvas.onpointermove = (event) => move(map, event);
  canvas.onpointerup = (event) => end(map, event);
  canvas.onpointercancel = (event) => drop(map, event);
  canvas.onpointerleave = () => map.pinned || map.pointers.size || mean(map, -1);
  canvas.onkeydown = (event) => pressed(map, event);
  canvas.addEventListener("wheel", (event) => wheeled(map, event), { passive: false });
  canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  canvas.addEventListener("webglcontextrestored", () => {
    map.drawing = startDrawing(canvas);
    fillPoints(map);
    schedule(map);
  });
  new ResizeObserver(() => measure(map)).observe(map.stage);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaint(map));
  const told = (event) => (map.root.isConnected ? take(map, event.detail) : window.removeEventListener(`${map.key}:tell`, told));
  window.addEventListener(`${map.key}:tell`, told);
  window.dispatchEvent(new CustomEvent(`${map.key}:ask`, { detail: { hello: true } }));
}

function ask(map, name, value) {
  window.dispatchEvent(new CustomEvent(`${map.key}:ask`, { detail: { [name]: value } }));
}

// What the app says: a card, the points that a text was found in, the area, the view to begin with.
function take(map, { card, found, area, view, version }) {
  if (card) {
    map.cards.delete(card.row);
    map.cards.set(card.row, card);
    if (map.cards.size > KEPT) map.cards.delete(map.cards.keys().next().value);
    if (map.current >= 0 && rowOf(map, map.current) === card.row) showCard(map);
  }
  map.area = area;
  if (version === map.version && !map.placed) {
    map.placed = true;
    if (view) Object.assign(map, { view: viewOf(view), fitted: false });
  }
  if (found !== map.found) {
    map.found = found;
    bringForward(map);
  }
  schedule(map);
}

function viewOf([x, y, zoom]) {
  return { x: x / STEPS, y: y / STEPS, zoom: within(zoom / 100, ...ZOOMS) };
}

function takePoints(map, data) {
  const first = map.version === undefined;
  Object.assign(map, { data, version: data.version, places: placesOf(data.places), rows: rowsOf(data.rows) });
  map.count = map.places.length / 2;
  map.front = new Uint8Array(map.count);
  map.pointOf = map.rows && new Map(Array.from(map.rows, (row, point) => [row, point]));
  if (!first) {
    map.fitted = true;
    map.cards.clear();
  }
  map.placed = false;
  map.colouring = undefined;
  map.drawing.set("place", map.places, 2, true);
  mean(map, -1);
  measure(map);
  ask(map, "hello", true);
}

function takeColours(map, data) {
  Object.assign(map, { data, colouring: data.colouring, colours: bytesOf(data.colours), only: null });
  map.drawing.set("colour", map.colours, 1, false);
  bringForward(map);
  drawLegend(map);
}

function fillPoints(map) {
  map.drawing.set("place", map.places, 2, true);
  map.drawing.set("colour", map.colours, 1, false);
  map.drawing.set("front", map.front, 1, false);
}

// In front are the points that a text was found in and whose colour is chosen in the legend; all where neither is.
function bringForward(map) {
  if (!map.colours || !map.front) return;
  const found = map.found === null ? null : bytesOf(map.found);
  map.behind = found === null && map.only === null ? null : 0.16;
  for (let point = 0; point < map.count; point += 1) {
    const row = rowOf(map, point);
    const here = found === null || (found[row >> 3] >> (row & 7)) & 1;
    map.front[point] = map.behind !== null && here && (map.only === null || map.colours[point] === map.only) ? 1 : 0;
  }
  map.drawing.set("front", map.front, 1, false);
}

function rowOf(map, point) {
  return map.rows === null ? point : map.rows[point];
}

function isDark(map) {
  const [red, green, blue] = (getComputedStyle(map.root).getPropertyValue("--st-background-color").trim() || "#ffffff")
    .padEnd(7, "f").match(/[0-9a-f]{2}/gi)?.map((part) => parseInt(part, 16)) ?? [255, 255, 255];
  return 0.3 * red + 0.6 * green + 0.1 * blue < 128;
}

function drawLegend(map) {
  map.dark = isDark(map);
  const colours = paletteOf(map.data.kind, map.dark);
  [map.palette, map.frontPalette] = [colours, frontOf(colours, map.dark)].map((each) => {
    const numbers = new Float32Array(48);
    numbers.set(each.flatMap(numbersOf));
    return numbers;
  });
  map.legend.replaceChildren();
  for (const { label, count, colour } of map.data.legend) {
    const entry = add(map.legend, "button", "entry");
    entry.type = "button";
    entry.setAttribute("aria-pressed", String(map.only === colour));
    add(entry, "span", "dot").style.background = colours[colour];
    add(entry, "span", "name").textContent = label;
    add(entry, "span", "count").textContent = count.toLocaleString("en");
    entry.onclick = () => {
      map.only = map.only === colour ? null : colour;
      for (const each of map.legend.children) each.setAttribute("aria-pressed", String(map.only === colour && each === entry));
      bringForward(map);
      schedule(map);
    };
  }
}

function repaint(map) {
  if (!map.colours) return;
  drawLegend(map);
  schedule(map);
}

function measure(map) {
  const { clientWidth: width, clientHeight: height } = map.stage;
  if (!width || !height) return;
  map.pixel = Math.min(window.devicePixelRatio || 1, 2);
  Object.assign(map, { width, height });
  if (map.fitted) map.view = fittingView(map);
  Object.assign(map.canvas, { width: width * map.pixel, height: height * map.pixel });
  map.lines.setAttribute("viewBox", `0 0 ${width} ${height}`);
  schedule(map);
}

function schedule(map) {
  if (map.waiting) return;
  map.waiting = true;
  requestAnimationFrame(() => {
    map.waiting = false;
    draw(map);
  });
}

function draw(map) {
  if (!map.width || !map.colours) return;
  if (isDark(map) !== map.dark) drawLegend(map);
  const least = map.count > 20000 ? 3.2 : map.count > 5000 ? 3.6 : map.count > 500 ? 6 : 10;
  const size = within(least * map.view.zoom ** 0.4, 2, 22);
  drawPoints(map.drawing, { ...map, size });
  map.frames += 1;
  const corners = (map.drawn ?? map.area ?? []).map(([x, y]) => onScreen(map, x / STEPS, y / STEPS).join(","));
  map.outline.setAttribute("points", corners.join(" "));
  placeRing(map, size);
}

function placeRing(map, size) {
  map.ring.hidden = map.current < 0;
  if (map.current < 0) return;
  const [left, top] = pointScreen(map, map.current);
  const edge = Math.max(size + 8, 14);
  Object.assign(map.ring.style, { width: `${edge}px`, height: `${edge}px`, left: `${left}px`, top: `${top}px` });
  if (map.root.clientWidth < 640) return;
  const right = left > map.width / 2;
  map.card.style.left = right ? "" : `${left + 18}px`;
  map.card.style.right = right ? `${map.root.clientWidth - left + 18}px` : "";
  map.card.style.top = `${within(top - 60, 4, Math.max(4, map.height - map.card.offsetHeight - 4))}px`;
}

// Means a point, -1 for none: its ring is drawn at once, its card once it is there.
function mean(map, point, pinned = false) {
  if (point === map.current && pinned === map.pinned) return;
  Object.assign(map, { current: point, pinned });
  clearTimeout(map.timers.ask);
  if (point < 0) {
    map.card.replaceChildren();
  } else if (map.cards.has(rowOf(map, point))) {
    showCard(map);
  } else {
    map.card.replaceChildren();
    map.timers.ask = setTimeout(() => ask(map, "row", rowOf(map, point)), pinned ? 0 : ASK);
  }
  schedule(map);
}

function showCard(map) {
  const { title, lines, picture, alt, row } = map.cards.get(rowOf(map, map.current));
  map.card.replaceChildren();
  map.card.classList.toggle("pinned", map.pinned);
  if (picture) Object.assign(add(map.card, "img", "picture"), { src: picture, alt });
  const texts = add(map.card, "div", "texts");
  add(texts, "div", "title").textContent = title;
  for (const line of lines) add(texts, "div", "line").textContent = line;
  if (map.pinned) {
    const open = add(texts, "button", "open");
    open.type = "button";
    open.textContent = "Find its matches";
    open.onclick = () => ask(map, "open", row);
  }
  schedule(map);
}

function select(map, selecting) {
  map.selecting = selecting;
  map.lasso.setAttribute("aria-pressed", String(selecting));
  map.canvas.classList.toggle("selecting", selecting);
}

// The view of nearly all points as large as they can be, as the app says: a few may lie far from all others.
function fittingView({ data, width, height }) {
  const [left, top, right, bottom] = data.fit.map((place) => place / STEPS);
  const unit = unitOf(width, height);
  const zoom = 0.94 * Math.min(width / Math.max(right - left, 0.01), height / Math.max(bottom - top, 0.01)) / unit;
  return { x: (left + right) / 2, y: (top + bottom) / 2, zoom: within(zoom, ...ZOOMS) };
}

// Shows nearly all points, and the whole map where that is shown already. Nothing is told of the first view.
function fit(map) {
  if (map.fitted) return setView(map, WHOLE);
  Object.assign(map, { view: fittingView(map), fitted: true });
  clearTimeout(map.timers.view);
  ask(map, "view", []);
  schedule(map);
}

function setView(map, { x, y, zoom }) {
  map.fitted = false;
  map.view = { x: within(x, 0, 1), y: within(y, 0, 1), zoom: within(zoom, ...ZOOMS) };
  clearTimeout(map.timers.view);
  map.timers.view = setTimeout(() => {
    const { view } = map;
    ask(map, "view", [Math.round(view.x * STEPS), Math.round(view.y * STEPS), Math.round(view.zoom * 100)]);
  }, SETTLED);
  schedule(map);
}

// Zooms about a place on the screen, which stays where it is.
function zoomBy(map, factor, left = map.width / 2, top = map.height / 2) {
  const [x, y] = onMap(map, left, top);
  const zoom = within(map.view.zoom * factor, ...ZOOMS);
  const share = map.view.zoom / zoom;
  setView(map, { x: x + (map.view.x - x) * share, y: y + (map.view.y - y) * share, zoom });
}

function wheeled(map, event) {
  event.preventDefault();
  const turned = event.deltaMode === 1 ? 16 * event.deltaY : event.deltaY;
  zoomBy(map, Math.exp(-within(turned, -240, 240) * 0.0022), event.offsetX, event.offsetY);
}

function begin(map, event) {
  if (event.button !== 0) return;
  map.canvas.setPointerCapture(event.pointerId);
  map.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
  map.moved = map.pointers.size > 1;
  const drawing = map.pointers.size === 1 && (map.selecting || event.shiftKey);
  map.drawn = drawing ? [corner(map, event)] : null;
  if (drawing) mean(map, -1);
}

function move(map, event) {
  const before = map.pointers.get(event.pointerId);
  if (!before) {
    if (!map.pinned && event.pointerType !== "touch") mean(map, pointAt(map, event.offsetX, event.offsetY));
    return;
  }
  const now = [event.offsetX, event.offsetY];
  if (!map.moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < DRAG) return;
  map.moved = true;
  if (map.drawn) {
    map.drawn.push(corner(map, event));
    map.pointers.set(event.pointerId, now);
    return schedule(map);
  }
  const others = [...map.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
  map.pointers.set(event.pointerId, now);
  const unit = map.view.zoom * unitOf(map.width, map.height);
  const share = 1 / map.pointers.size;
  map.view.x -= (share * (now[0] - before[0])) / unit;
  map.view.y -= (share * (now[1] - before[1])) / unit;
  if (others.length) {
    const apart = (place) => Math.max(8, Math.hypot(place[0] - others[0][0], place[1] - others[0][1]));
    const middle = [0, 1].map((axis) => (now[axis] + others[0][axis]) / 2);
    return zoomBy(map, apart(now) / apart(before), ...middle);
  }
  setView(map, map.view);
}

function corner(map, event) {
  return onMap(map, event.offsetX, event.offsetY).map((place) => within(Math.round(place * STEPS), 0, STEPS));
}

function end(map, event) {
  if (!map.pointers.delete(event.pointerId)) return;
  const { drawn } = map;
  map.drawn = null;
  if (drawn && map.moved && drawn.length > 2) {
    select(map, false);
    const pixel = STEPS / (map.view.zoom * unitOf(map.width, map.height));
    const area = fewCorners(drawn, CORNERS, 1.5 * pixel);
    if (area.length > 2) ask(map, "area", area.flat());
    map.area = area;
  } else if (!map.moved) {
    const point = pointAt(map, event.offsetX, event.offsetY);
    mean(map, point, point >= 0);
    if (point >= 0 && map.cards.has(rowOf(map, point))) showCard(map);
  }
  schedule(map);
}

function drop(map, event) {
  map.pointers.delete(event.pointerId);
  map.drawn = null;
  schedule(map);
}

function pressed(map, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (ARROWS[event.key]) {
    mean(map, nextPoint(map, map.current, ARROWS[event.key]), true);
    if (map.cards.has(rowOf(map, map.current))) showCard(map);
    keepInSight(map);
  } else if (event.key === "Enter" && map.current >= 0) {
    ask(map, "open", rowOf(map, map.current));
  } else if (event.key === "+" || event.key === "=") {
    zoomBy(map, 1.6);
  } else if (event.key === "-") {
    zoomBy(map, 1 / 1.6);
  } else if (event.key === "0") {
    fit(map);
  } else if (event.key === "Escape") {
    mean(map, -1);
    select(map, false);
    if (map.area) ask(map, "area", []);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function keepInSight(map) {
  const [left, top] = pointScreen(map, map.current);
  if (left > 30 && top > 30 && left < map.width - 30 && top < map.height - 30) return;
  const [x, y] = onMap(map, left, top);
  setView(map, { x, y, zoom: map.view.zoom });
}
