// What others answer shows here within two seconds.

import { person } from "./api.js";
import { onServer } from "./server_events.js";
import { showLeft, toast } from "./shell.js";
import { partWords, partsOf } from "./store.js";

/** @typedef {import("./store.js").Store} Store @typedef {import("./store.js").Row} Row */

const READ_AGAIN_AFTER = 700; // ms after the last change

/** @param {Store} store */
export function listenToServer(store) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  const readBatchSoon = () => { // notes may be others now
    clearTimeout(soon);
    soon = setTimeout(() => store.reloadBatch().catch(() => {}), READ_AGAIN_AFTER);
  };
  onServer("back", () => store.reload().catch(() => {})); // where it is gone again, the page says so
  onServer("photos", (told) => {
    const news = store.apply(told, "others");
    showLeft(store.left); // with what is on its way
    const said = othersAnswers(news);
    if (said) toast(said);
    readBatchSoon();
  });
}

/** What tells one answer from another; two may be of one second. @param {any} face */
const given = (face) => (face?.answer ? [face.answer.by, face.answer.at, face.answer.kind, face.answer.value].join("\n") : "");

/**
 * What somebody else has answered, in one sentence; empty where it was nobody else.
 * @param {{before: Row | undefined, now: Row}[]} news
 */
export function othersAnswers(news) {
  const said = [];
  for (const { before, now } of news) {
    for (const face of partsOf(now)) {
      const was = before && partsOf(before).find((each) => each.key === face.key);
      const by = face.answer?.by;
      if (by && by !== person && given(was) !== given(face)) said.push({ by, photo: now.number, face: face.number });
    }
  }
  if (!said.length) return "";
  const [first] = said;
  const names = new Set(said.map((each) => each.by));
  if (said.length === 1) return `${first.by} answered ${partWords(first.face)} of photo ${first.photo}`;
  const photos = new Set(said.map((each) => each.photo));
  const what = said.every((each) => typeof each.face === "number") ? "faces" : said.every((each) => typeof each.face === "string") ? "areas" : "faces and areas";
  const who = names.size === 1 ? first.by : "Others";
  return photos.size === 1 ? `${who} answered ${said.length} ${what} of photo ${first.photo}` : `${who} answered ${said.length} ${what} of ${photos.size} photos`;
}
