// What others answer shows here within two seconds; and whether the server is there at all.

import { get, person } from "./api.js";
import { isBack, isGone, toast } from "./shell.js";

/** @typedef {import("./store.js").Store} Store @typedef {import("./store.js").Row} Row */

const GONE_AFTER = 2500; // ms without a server
const READ_AGAIN_AFTER = 700; // ms after the last change

/**
 * @param {Store} store
 * @param {{onForms: () => void}} told
 */
export function listenToServer(store, { onForms }) {
  let stopped = false;
  let wasAway = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let gone;
  /** @type {EventSource} */
  let source;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  const readBatchSoon = () => { // statements and notes may be others now
    clearTimeout(soon);
    soon = setTimeout(() => store.reloadBatch().catch(() => {}), READ_AGAIN_AFTER);
  };

  const lost = () => {
    if (stopped || wasAway) return;
    wasAway = true;
    gone = setTimeout(isGone, GONE_AFTER);
  };

  const open = () => {
    source = new EventSource("/api/events");
    source.addEventListener("open", async () => {
      clearTimeout(gone);
      isBack();
      if (!wasAway) return;
      wasAway = false;
      try {
        await store.reload(); // what was missed meanwhile
      } catch {
        // it is gone again, and the next error says so
      }
    });
    source.addEventListener("error", () => {
      lost();
      if (source.readyState !== EventSource.CLOSED || stopped) return;
      get("/api/batch").catch((problem) => { // it may be there, and no longer know who asks
        if (problem.status === 401) isGone(`${problem.reason} ${problem.hint}`);
      });
      setTimeout(open, 2000); // browsers give up where the answer was an error
    });
    source.addEventListener("photos", (event) => {
      const news = store.apply(JSON.parse(event.data), "others");
      const said = othersAnswers(news);
      if (said) toast(said);
      if (news.length) readBatchSoon();
    });
    source.addEventListener("forms", onForms);
    source.addEventListener("finish", () => window.dispatchEvent(new CustomEvent("imgvet:finish")));
  };

  window.addEventListener("imgvet:stopped", () => {
    stopped = true;
    source.close();
  });
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
  open();
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
    for (const face of now.faces) {
      const was = before?.faces.find((each) => each.number === face.number);
      const by = face.answer?.by;
      if (by && by !== person && given(was) !== given(face)) said.push({ by, photo: now.number, face: face.number });
    }
  }
  if (!said.length) return "";
  const [first] = said;
  const names = new Set(said.map((each) => each.by));
  if (said.length === 1) return `${first.by} answered face ${first.face} of photo ${first.photo}`;
  const photos = new Set(said.map((each) => each.photo));
  const who = names.size === 1 ? first.by : "Others";
  return photos.size === 1 ? `${who} answered ${said.length} faces of photo ${first.photo}` : `${who} answered ${said.length} faces of ${photos.size} photos`;
}
