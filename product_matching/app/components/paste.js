// A field for a picture of the clipboard: pasted anywhere on the page, dropped on it, or taken when it is pressed.

const fields = new WeakMap();
const KEYS = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘V" : "Ctrl+V";
const NO_PICTURE = "That is no picture: copy one, then paste it.";

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  const field = fields.get(root) ?? create(root);
  field.component = component;
  if (!field.saying) field.label.textContent = component.data.label;
  document.addEventListener("paste", field.paste); // the same function again is added once
  return () => document.removeEventListener("paste", field.paste);
}

function create(root) {
  const button = add(root, "button", "field");
  button.type = "button";
  const label = add(button, "span", "label");
  label.setAttribute("role", "status");
  const keys = add(button, "span", "keys");
  keys.textContent = matchMedia("(pointer: coarse)").matches ? "Tap" : `${KEYS} or drop`;
  const field = { label, keys, saying: "", busy: false };
  field.paste = (event) => pasted(field, event);
  button.onclick = () => readClipboard(field);
  button.ondragover = (event) => {
    event.preventDefault();
    button.classList.add("over");
  };
  button.ondragleave = () => button.classList.remove("over");
  button.ondrop = (event) => {
    event.preventDefault();
    button.classList.remove("over");
    take(field, pictureOf(event.dataTransfer));
  };
  fields.set(root, field);
  return field;
}

function add(parent, tag, name) {
  const element = parent.ownerDocument.createElement(tag);
  element.className = name;
  parent.appendChild(element);
  return element;
}

function pasted(field, event) {
  const target = event.composedPath()[0];
  if (target instanceof Element && target.closest("input, textarea, select, [contenteditable=true]")) return;
  event.preventDefault();
  take(field, pictureOf(event.clipboardData));
}

function pictureOf(transfer) {
  return [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));
}

// On a phone there are no keys: what is pressed asks the clipboard, as far as the browser allows it.
async function readClipboard(field) {
  if (!navigator.clipboard?.read) return say(field, `Copy a picture, then press ${KEYS} here.`);
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((each) => each.startsWith("image/"));
      if (type) return take(field, await item.getType(type));
    }
    say(field, NO_PICTURE);
  } catch {
    say(field, `Copy a picture, then press ${KEYS} here.`);
  }
}

async function take(field, file) {
  if (!file) return say(field, NO_PICTURE);
  if (field.busy) return;
  field.busy = true;
  say(field, "Taking the picture");
  try {
    const { data, setTriggerValue } = field.component;
    const small = await scaledDown(file, data.maxEdge);
    if (small.size > data.maxBytes) {
      return say(field, `The picture is too large: at most ${data.maxBytes / 2 ** 20} MB are accepted.`);
    }
    setTriggerValue("picture", { url: await asUrl(small), name: file.name || "" });
    say(field, "");
  } catch {
    say(field, "The picture could not be read: copy it again.");
  } finally {
    field.busy = false;
  }
}

// What the browser cannot decode is sent as it is: the app says what is wrong with it.
async function scaledDown(file, maxEdge) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  const scale = maxEdge / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const type = file.type === "image/png" ? "image/png" : "image/jpeg";
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no blob"))), type, 0.92);
  });
}

function asUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// A message stands in place of the label until the next attempt.
function say(field, text) {
  field.saying = text;
  field.label.textContent = text || field.component.data.label;
  field.keys.hidden = text !== "";
}
