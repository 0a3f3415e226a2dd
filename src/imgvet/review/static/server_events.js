// The one stream of a page: what the server tells without being asked, how much is left to do, and whether it is there.

import { get } from "./api.js";
import { isBack, isGone, showLeft } from "./shell.js";

const GONE_AFTER = 2500; // ms without a server
const AGAIN_AFTER = 2000; // ms, where the browser has given up

const told = new EventTarget();

/** @type {EventSource | undefined} */
let source;
let stopped = false;
let wasAway = false;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let gone;

/**
 * Be told of something from now on.
 * @param {"photos"|"finish"|"forms"|"people"|"back"} kind `back`: the server is there again, and something may have been missed
 * @param {(data: any) => void} run
 */
export function onServer(kind, run) {
  told.addEventListener(kind, (event) => run(/** @type {CustomEvent} */ (event).detail));
}

const tell = (/** @type {string} */ kind, /** @type {any} */ detail) => told.dispatchEvent(new CustomEvent(kind, { detail }));

function opened() {
  clearTimeout(gone);
  isBack();
  if (!wasAway) return;
  wasAway = false;
  get("/api/batch").then((batch) => showLeft(batch.left)).catch(() => {});
  tell("back", null);
}

function lost() {
  if (stopped) return;
  if (!wasAway) gone = setTimeout(isGone, GONE_AFTER);
  wasAway = true;
  if (source?.readyState !== EventSource.CLOSED) return;
  get("/api/batch").catch((problem) => { // it may be there, and no longer know who asks
    if (problem.status === 401) isGone(`${problem.reason} ${problem.hint}`);
  });
  setTimeout(open, AGAIN_AFTER); // browsers give up where the answer was an error
}

function open() {
  if (stopped) return;
  source?.close();
  source = new EventSource("/api/events");
  source.addEventListener("open", opened);
  source.addEventListener("error", lost);
  for (const kind of ["photos", "finish", "forms", "people"]) {
    source.addEventListener(kind, (event) => {
      const data = JSON.parse(/** @type {MessageEvent} */ (event).data);
      if (kind === "photos") showLeft(data.left);
      tell(kind, data);
    });
  }
}

window.addEventListener("imgvet:stopped", () => {
  stopped = true;
  clearTimeout(gone);
  source?.close();
});
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) open();
});
open();
