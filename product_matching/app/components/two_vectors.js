const DEGREE = Math.PI / 180;
const RADIUS = 100;
const SHORTEST = 0.25;
const LONGEST = 1.15;
const TURN = 5; // degrees of an arrow key
const STRETCH = 0.05;
const WAIT = 250; // milliseconds after the last key
const NAMES = { first: "First vector", second: "Second vector" };
const views = new WeakMap();

const whole = (degrees) => ((Math.round(degrees) % 360) + 360) % 360;
const apart = (one, other) => {
  const turn = whole(one - other);
  return Math.min(turn, 360 - turn);
};
const limited = (length) => Math.min(Math.max(length, SHORTEST), LONGEST);
const at = (degrees, length) => [RADIUS * length * Math.cos(degrees * DEGREE), -RADIUS * length * Math.sin(degrees * DEGREE)];

function build(root) {
  const find = (selector) => root.querySelector(selector);
  const svg = find("svg");
  const vectors = { first: { degrees: 20, length: 0.95 }, second: { degrees: 70, length: 0.7 } };
  const view = { angle: null, send: () => {} };
  let timer = 0;

  const current = () => apart(vectors.first.degrees, vectors.second.degrees);

  function drawVector(name) {
    const { degrees, length } = vectors[name];
    const [x, y] = at(degrees, length);
    const line = find(`.${name} line`);
    const tip = find(`.${name} .tip`);
    line.setAttribute("x2", x);
    line.setAttribute("y2", y);
    tip.setAttribute("cx", x);
    tip.setAttribute("cy", y);
    tip.setAttribute("aria-label", `${NAMES[name]}: left and right turn it, up and down change its length`);
    tip.setAttribute("aria-valuemin", 0);
    tip.setAttribute("aria-valuemax", 359);
    tip.setAttribute("aria-valuenow", degrees);
    tip.setAttribute("aria-valuetext", `direction ${degrees} degrees, length ${length.toFixed(2)}`);
  }

  function drawAngle(angle) {
    const forward = whole(vectors.second.degrees - vectors.first.degrees) <= 180;
    const start = forward ? vectors.first.degrees : vectors.second.degrees;
    const [x1, y1] = at(start, 0.22);
    const [x2, y2] = at(start + angle, 0.22);
    find(".between").setAttribute("d", `M ${x1} ${y1} A 22 22 0 0 0 ${x2} ${y2}`);
    const [x, y] = at(start + angle / 2, angle < 25 ? 0.55 : 0.38);
    const label = find(".angle");
    label.setAttribute("x", x);
    label.setAttribute("y", y);
    label.textContent = angle < 15 ? "" : `${angle}°`;
  }

  function draw() {
    drawVector("first");
    drawVector("second");
    const angle = current();
    drawAngle(angle);
    const cosine = Math.cos(angle * DEGREE);
    const [a, b] = [vectors.first.length, vectors.second.length];
    find(".degrees").textContent = `${angle}°`;
    find(".cosine").textContent = cosine.toFixed(3);
    find(".distance").textContent = (1 - cosine).toFixed(3);
    find(".formula").textContent =
      `cos = a · b / (|a| |b|) = ${(a * b * cosine).toFixed(3)} / (${a.toFixed(2)} × ${b.toFixed(2)}) = ${cosine.toFixed(3)}`;
  }

  function report() {
    window.clearTimeout(timer);
    const angle = current();
    if (angle !== view.angle) {
      view.angle = angle;
      view.send(angle);
    }
  }

  function follow(name, event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    vectors[name] = {
      degrees: whole(Math.atan2(-point.y, point.x) / DEGREE),
      length: limited(Math.hypot(point.x, point.y) / RADIUS),
    };
    draw();
  }

  function press(name, event) {
    const vector = vectors[name];
    const turn = { ArrowLeft: TURN, ArrowRight: -TURN }[event.key] ?? 0;
    const stretch = { ArrowUp: STRETCH, ArrowDown: -STRETCH }[event.key] ?? 0;
    if (!turn && !stretch) return;
    event.preventDefault();
    vectors[name] = { degrees: whole(vector.degrees + turn), length: limited(vector.length + stretch) };
    draw();
    window.clearTimeout(timer);
    timer = window.setTimeout(report, WAIT);
  }

  for (const name of Object.keys(vectors)) {
    const tip = find(`.${name} .tip`);
    tip.onpointerdown = (event) => {
      tip.setPointerCapture(event.pointerId);
      tip.onpointermove = (move) => follow(name, move);
    };
    tip.onpointerup = tip.onpointercancel = () => {
      tip.onpointermove = null;
      report();
    };
    tip.onkeydown = (event) => press(name, event);
    tip.onblur = report;
  }

  view.turnTo = (angle) => {
    if (angle === view.angle) return;
    view.angle = angle;
    vectors.second.degrees = whole(vectors.first.degrees + angle);
    draw();
  };
  view.stop = () => window.clearTimeout(timer);
  return view;
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  if (!views.has(parentElement)) views.set(parentElement, build(parentElement));
  const view = views.get(parentElement);
  view.send = (angle) => setStateValue("angle", angle);
  view.turnTo(data.angle);
  return () => view.stop();
}
