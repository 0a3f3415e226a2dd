// What everybody should know of the batch: grave things at once, the others in a line that opens; and where to go with it.

import { post } from "./api.js";
import { count, h, icon } from "./dom.js";
import { field, sendDialog } from "./form_dialog.js";
import { toast } from "./shell.js";

/** @typedef {{sentence: string, page: string, act: string, grave: boolean}} Note */

const PAGES = /** @type {Record<string, string>} */ ({ "/finish": "Go to Finish", "/log": "Go to Log" });

/** The clock is right, and an entry with a later time is not. */
async function confirmClock() {
  const why = /** @type {HTMLInputElement} */ (h("input", { type: "text", maxlength: 500, autocomplete: "off" }));
  const done = await sendDialog({
    title: "This computer's clock is right", words: "Record", focus: why, send: () => post("/api/clock", { why: why.value.trim() }),
    body: ["Forms are checked against the clock again.", field("How do you know?", why, { hint: "E.g. the clock with which you have compared it." })],
  });
  if (done) toast(done.said, { kind: "done" });
}

const told = (/** @type {Note} */ { sentence, page, act }) => [
  h("p", {}, sentence, page && " ", page && h("a", { href: page, text: PAGES[page] })),
  act === "clock" && h("p", {}, h("button", { type: "button", class: "button", text: "Record that the clock is right", onclick: confirmClock })),
];

/** @param {Note[]} notes @returns {HTMLElement[]} */
export function batchNotes(notes) {
  const others = notes.filter((each) => !each.grave);
  return [
    ...notes.filter((each) => each.grave).map((each) => h("div", { class: "notice blocked" }, icon("blocked"), h("div", {}, told(each)))),
    ...(others.length ? [h("details", { class: "notice ask" }, h("summary", {}, icon("ask"), ` ${count(others.length, "note")} on this batch`),
      h("ul", { class: "list" }, others.map((each) => h("li", {}, told(each)))))] : []),
  ];
}
