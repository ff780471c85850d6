// Between a map and the app: what the map asks for goes on as triggers, what the app answers is told to the map.
// It is drawn in a fragment, so that a card or an area does not send the points again.

const relays = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const relay = relays.get(root) ?? create(root, data.key);
  Object.assign(relay, { data, send: setTriggerValue });
  tell(relay);
}

function create(root, key) {
  const relay = { key };
  const asked = ({ detail }) => {
    if (!root.isConnected) return window.removeEventListener(`${key}:ask`, asked);
    if (detail.hello) return tell(relay);
    for (const [name, value] of Object.entries(detail)) relay.send(name, value);
  };
  window.addEventListener(`${key}:ask`, asked);
  relays.set(root, relay);
  return relay;
}

function tell({ key, data }) {
  window.dispatchEvent(new CustomEvent(`${key}:tell`, { detail: data }));
}
