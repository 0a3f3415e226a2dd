// The page of photos: the light table and the photo view, one document, so that going from one to the other costs nothing.

import { Actions } from "./actions.js";
import { at, h } from "./dom.js";
import { Keys } from "./keys.js";
import { LightTable } from "./light_table.js";
import { listenToServer } from "./live.js";
import { PhotoView } from "./photo.js";
import { Register } from "./register.js";
import { onServer } from "./server_events.js";
import { showLeft, tellRefused } from "./shell.js";
import { Store } from "./store.js";

const store = new Store();

history.scrollRestoration = "manual"; // the light table knows its place itself

function shownNumber() {
  const number = Number(/^#(\d+)$/.exec(location.hash)?.[1] ?? 0);
  return store.rows.has(number) ? number : 0;
}

async function start() {
  const opened = /^\/photo\/(\d+)$/.exec(location.pathname);
  if (opened) history.replaceState(null, "", `/#${opened[1]}`);
  await store.load();
  const actions = new Actions(store);
  const keys = new Keys();
  const register = new Register();
  const open = (/** @type {number} */ number, /** @type {number | null} */ face = null) => {
    photo.faceWanted = face;
    if (number === shownNumber()) show();
    else location.hash = `#${number}`;
  };
  const table = new LightTable(at("light-table"), { store, actions, keys, register, open });
  const photo = new PhotoView(at("photo"), { store, actions, keys, register, table, close: () => { location.hash = ""; } });

  function show() {
    const number = shownNumber();
    at("loading").hidden = true;
    document.body.classList.toggle("one-photo", number > 0);
    if (number) {
      table.hide();
      photo.show(number);
    } else {
      const last = photo.number;
      photo.hide();
      table.show(last);
      if (location.hash || location.pathname !== "/") history.replaceState(null, "", "/");
    }
  }

  store.listen((changed, why) => {
    showLeft(store.left);
    table.changed(changed);
    photo.changed(changed, why);
  });
  window.addEventListener("hashchange", show);
  showLeft(store.left);
  show();
  listenToServer(store);
  onServer("forms", () => register.forget());
}

try {
  await start();
} catch (error) {
  at("loading").replaceChildren(h("h1", { text: "The photos cannot be shown" }),
    h("p", { text: "Open this page again. If that does not help, end imgvet and start it again." }));
  tellRefused(error);
}
