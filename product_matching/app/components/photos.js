// Square pictures side by side; one that stays is not loaded anew.
export default function ({ parentElement, data }) {
  const row = parentElement.querySelector(".photos");
  data.pictures.forEach(([source, alt], place) => {
    const image = row.children[place] ?? row.appendChild(document.createElement("img"));
    if (image.src !== source) image.src = source;
    image.alt = alt;
  });
}
