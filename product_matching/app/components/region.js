// A photo with a box on it: drawn, moved and resized with mouse, finger or keys. What is sent are shares of the photo.

const views = new WeakMap();
const NUDGE = 0.02;
const DRAG = 4; // pixels; what moves less is a tap
const SETTLED = 500; // milliseconds after the last key
const HINT = "Draw a box to search for a part of the photo.";

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  const view = views.get(root) ?? create(root);
  const { data } = component;
  const isNew = view.picture.src !== data.picture;
  Object.assign(view, { data, send: (text) => component.setTriggerValue("region", text) });
  if (isNew) view.picture.src = data.picture;
  view.picture.alt = data.alt;
  if (isNew || !(view.drag || view.timer)) {
    stop(view);
    view.sent = data.region ?? data.whole;
    view.region = data.region ? data.region.split(",").map(Number) : null;
  }
  show(view);
  return () => stop(view);
}

function create(root) {
  const frame = add(root, "div", "frame");
  const photo = add(frame, "div", "photo");
  photo.tabIndex = 0;
  photo.setAttribute("role", "application");
  const picture = add(photo, "img", "picture");
  picture.draggable = false;
  const box = add(photo, "div", "box");
  for (const name of ["nw", "ne", "sw", "se"]) add(box, "div", `corner ${name}`);
  const line = add(root, "div", "line");
  const hint = add(line, "span", "hint");
  const clear = add(line, "button", "clear");
  clear.type = "button";
  clear.textContent = "Whole photo";
  const view = { frame, photo, picture, box, hint, clear, region: null, drag: null, timer: 0, sent: null };
  picture.onload = () => fit(view);
  clear.onclick = () => {
    set(view, null);
    commit(view);
    photo.focus();
  };
  photo.onkeydown = (event) => pressed(view, event);
  photo.onblur = () => view.timer && commit(view);
  photo.onpointerdown = (event) => begin(view, event);
  photo.onpointermove = (event) => move(view, event);
  photo.onpointerup = (event) => end(view, event);
  photo.onpointercancel = () => cancel(view);
  new ResizeObserver(() => fit(view)).observe(frame);
  views.set(root, view);
  return view;
}

function add(parent, tag, name) {
  const element = parent.ownerDocument.createElement(tag);
  element.className = name;
  parent.appendChild(element);
  return element;
}

// As large as the frame allows, a few pixels high at least, so that a box can be drawn on a thin photo too.
function fit(view) {
  const { naturalWidth: width, naturalHeight: height } = view.picture;
  if (!width || !height) return;
  const scale = Math.min(view.frame.clientWidth / width, view.frame.clientHeight / height);
  view.photo.style.width = `${Math.max(24, width * scale)}px`;
  view.photo.style.height = `${Math.max(24, height * scale)}px`;
}

function show(view) {
  const { region, box, photo, clear, hint } = view;
  box.hidden = region === null;
  clear.hidden = region === null;
  if (region !== null) {
    for (const [place, side] of ["left", "top", "width", "height"].entries()) {
      box.style[side] = `${100 * region[place]}%`;
    }
  }
  hint.textContent = region === null ? HINT : "The part in the box is searched for.";
  photo.setAttribute("aria-label", `${view.picture.alt}. ${describe(region)}`);
}

function describe(region) {
  const keys = "Arrow keys move the region, Shift with arrow keys resizes it, Escape clears it.";
  if (region === null) return `The whole photo is searched for. An arrow key begins a region. ${keys}`;
  const [left, top, width, height] = region.map((share) => `${Math.round(100 * share)} %`);
  return `Region that is searched for: left ${left}, top ${top}, width ${width}, height ${height}. ${keys}`;
}

function set(view, region) {
  view.region = region === null ? null : inside(view, region);
  show(view);
}

// Whole steps of the last decimal, no side too short, nothing outside the photo.
function inside(view, [left, top, width, height]) {
  const steps = 10 ** view.data.decimals;
  const least = Math.ceil(view.data.least * steps);
  const whole = (share) => Math.round(share * steps);
  const [w, h] = [width, height].map((side) => Math.min(steps, Math.max(least, whole(side))));
  const x = Math.min(steps - w, Math.max(0, whole(left)));
  const y = Math.min(steps - h, Math.max(0, whole(top)));
  return [x, y, w, h].map((step) => step / steps);
}

function commit(view) {
  stop(view);
  const { region, data } = view;
  const everything = region !== null && region[2] === 1 && region[3] === 1;
  if (everything) set(view, null);
  const text = region === null || everything ? data.whole : region.join(",");
  if (text === view.sent) return;
  view.sent = text;
  view.send(text);
}

function stop(view) {
  clearTimeout(view.timer);
  view.timer = 0;
}

function pressed(view, event) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Escape") {
    set(view, null);
    commit(view);
  } else if (event.key === "Enter" && view.region !== null) {
    commit(view);
  } else if (step && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const [x, y] = step.map((direction) => NUDGE * direction);
    const [left, top, width, height] = view.region ?? [0.25, 0.25, 0.5, 0.5];
    if (view.region === null) set(view, [left, top, width, height]);
    else if (event.shiftKey) set(view, resized(view, [left, top, left + width + x, top + height + y]));
    else set(view, [left + x, top + y, width, height]);
    stop(view);
    view.timer = setTimeout(() => commit(view), SETTLED);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

// A region from two corners, the second one kept inside the photo.
function resized(view, [left, top, right, bottom]) {
  const least = view.data.least;
  return [left, top, Math.max(least, Math.min(1, right) - left), Math.max(least, Math.min(1, bottom) - top)];
}

function point(view, event) {
  const area = view.photo.getBoundingClientRect();
  const share = (value) => Math.min(1, Math.max(0, value));
  return [share((event.clientX - area.left) / area.width), share((event.clientY - area.top) / area.height)];
}

function begin(view, event) {
  if (!event.isPrimary || event.button !== 0) return;
  stop(view);
  const kind = event.target.classList;
  const before = view.region;
  const start = point(view, event);
  let fixed = start;
  if (kind.contains("corner")) {
    const [left, top, width, height] = before;
    fixed = [kind[1].includes("w") ? left + width : left, kind[1].includes("n") ? top + height : top];
  }
  const action = kind.contains("box") ? "move" : "draw";
  const place = [event.clientX, event.clientY];
  view.drag = { action, before, start, fixed, place, moved: kind.contains("corner") };
  view.photo.setPointerCapture(event.pointerId);
}

function move(view, event) {
  const { drag } = view;
  if (!drag || !event.isPrimary) return;
  const far = Math.hypot(event.clientX - drag.place[0], event.clientY - drag.place[1]);
  if (!drag.moved && far < DRAG) return;
  drag.moved = true;
  const [x, y] = point(view, event);
  if (drag.action === "move") {
    const [left, top, width, height] = drag.before;
    return set(view, [left + x - drag.start[0], top + y - drag.start[1], width, height]);
  }
  const [fixedX, fixedY] = drag.fixed;
  set(view, [Math.min(x, fixedX), Math.min(y, fixedY), Math.abs(x - fixedX), Math.abs(y - fixedY)]);
}

// A tap on the photo places a box half its size there; one inside the box changes nothing.
function end(view, event) {
  const { drag } = view;
  if (!drag || !event.isPrimary) return;
  view.drag = null;
  if (!drag.moved && drag.action === "draw") {
    const [x, y] = drag.start;
    const [, , width, height] = drag.before ?? [0, 0, 0.5, 0.5];
    set(view, [x - width / 2, y - height / 2, width, height]);
  }
  commit(view);
}

function cancel(view) {
  if (!view.drag) return;
  set(view, view.drag.before);
  view.drag = null;
}
