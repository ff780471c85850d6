// Sections of cards; each card is a button. Texts are set as text, pictures as addresses that hold them.
const drawn = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".sections");
  root.style.setProperty("--narrowest", `${data.narrowest}px`);
  const before = drawn.get(root) ?? new Map();
  const now = new Map();
  const focused = parentElement.activeElement?.dataset?.key;
  root.replaceChildren(...data.sections.map((section) => sectionOf(section, before, now)));
  drawn.set(root, now);
  if (focused !== undefined) {
    root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  root.onclick = (event) => {
    const card = event.target.closest("[data-key]");
    if (card) setTriggerValue("chosen", card.dataset.key);
  };
}

function sectionOf({ heading, note, cards }, before, now) {
  const section = element("section");
  if (heading) section.append(element("h3", "heading", heading));
  if (note) section.append(element("p", "note", note));
  const list = element("ul", "grid");
  list.setAttribute("role", "list");
  for (const card of cards) list.append(kept(card, before, now));
  section.append(list);
  return section;
}

// A card that stays as it was keeps its element, so that its picture is not decoded anew.
function kept(card, before, now) {
  const written = JSON.stringify(card);
  const known = before.get(card.key);
  const item = known?.written === written ? known.item : itemOf(card);
  now.set(card.key, { written, item });
  return item;
}

function itemOf({ key, title, picture, alt, share, shareText, badges, lines }) {
  const button = element("button", "card");
  button.type = "button";
  button.dataset.key = key;
  if (picture !== null) button.append(pictureOf(picture, alt));
  if (share !== null) button.append(barOf(share, shareText));
  if (badges.length) {
    const row = element("span", "badges");
    for (const [text, tone] of badges) row.append(element("span", `badge ${tone}`, text));
    button.append(row);
  }
  const name = element("span", "title");
  for (const [text, marked] of title) name.append(marked ? element("mark", "", text) : text);
  button.append(name);
  for (const line of lines) button.append(element("span", "line", line));
  const spoken = [name.textContent, shareText, ...badges.map(([text]) => text), ...lines];
  button.setAttribute("aria-label", spoken.filter(Boolean).join(", "));
  const item = element("li");
  item.append(button);
  return item;
}

function pictureOf(picture, alt) {
  const image = element("img");
  image.src = picture;
  image.alt = alt;
  image.decoding = "async";
  return image;
}

function barOf(share, text) {
  const row = element("span", "share");
  const bar = element("span", "bar");
  const filled = element("span", "filled");
  filled.style.width = `${100 * share}%`;
  bar.append(filled);
  row.append(element("span", "percent", text), bar);
  return row;
}

function element(kind, name = "", text = "") {
  const made = document.createElement(kind);
  if (name) made.className = name;
  if (text) made.textContent = text;
  return made;
}
