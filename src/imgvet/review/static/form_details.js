// One form: all that the register has of it, where it is used, and what can be done about it.

import { get, post } from "./api.js";
import { count, h, icon, listed } from "./dom.js";
import { field, sendDialog } from "./form_dialog.js";
import { openCorrection } from "./forms.js";
import { showScan } from "./scan_show.js";
import { toast } from "./shell.js";

export const STATES = {
  valid: { icon: "ready", verdict: "ready", words: "Valid" },
  soon: { icon: "ask", verdict: "ask", words: "Expires soon" },
  expired: { icon: "release", verdict: "release", words: "Expired" },
  withdrawn: { icon: "blocked", verdict: "blocked", words: "Withdrawn" },
  refused: { icon: "blocked", verdict: "blocked", words: "Refused" },
  erased: { icon: "excluded", verdict: "excluded", words: "Erased" },
};

/** The state of a form by icon, colour and word. @param {string} state */
export function stateMark(state) {
  const known = /** @type {any} */ (STATES)[state] ?? STATES.valid;
  return h("span", { class: `verdict ${known.verdict}` }, icon(known.icon), known.words);
}

/** @param {number} number */
const photoLink = (number) => h("a", { href: `/photo/${number}`, text: `Photo ${number}` });

/** @param {string} heading @param {...any} children */
const part = (heading, ...children) => h("section", { class: "stack form-part" }, h("h3", { text: heading }), ...children);

/** @param {any} told */
function usesPart(told) {
  const parts = [];
  if (told.here.length) {
    parts.push(h("p", {}, "In this batch: ", told.here.flatMap((/** @type {number} */ number, /** @type {number} */ place) =>
      [place ? ", " : "", photoLink(number)])));
  }
  for (const batch of told.uses) {
    parts.push(h("div", { class: "form-batch" },
      h("p", {}, h("strong", { text: listed(batch.events) }), batch.here ? " (this batch)" : ""),
      batch.where && h("p", { class: "small soft", text: batch.where }),
      h("ul", { class: "list" }, batch.photos.map((/** @type {any} */ use) => h("li", {},
        batch.here ? photoLink(use.photo) : h("span", { text: batch.batch ? `Photo ${use.photo}` : "" }), h("span", { text: `: ${use.words}` }),
        use.online.map((/** @type {any} */ each) => h("p", { class: "small" }, icon(each.on ? "published" : "excluded"), " ", each.words)))))));
  }
  if (!parts.length) parts.push(h("p", { class: "soft", text: "No photo uses this form." }));
  if (told.since) parts.push(h("p", { class: "small soft", text: told.since }));
  return part("Where it is used", ...parts);
}

/** @param {any} told */
function historyPart(told) {
  return part("History", h("ol", { class: "list history" }, told.history.map((/** @type {any} */ entry) => h("li", {},
    h("p", {}, h("strong", { text: entry.what }), " by ", h("bdi", { text: entry.by }), `, ${entry.when}`, entry.why && `: ${entry.why}`),
    entry.changes.map((/** @type {any} */ change) => h("p", { class: "small soft", text: `${change.name}: ${change.before || "(empty)"} → ${change.after || "(empty)"}` }))))));
}

/** @param {any} told */
function factsPart(told) {
  const facts = told.facts.flatMap((/** @type {any} */ fact) => [h("dt", { text: fact.name }), h("dd", {}, h("bdi", { text: fact.value }))]);
  const scan = told.scan.there ? told.scan.wrong || "In the register, unaltered." : "None yet. Drop it on this page.";
  return part("The form", h("dl", { class: "facts" }, facts, h("dt", { text: "Scan" }), h("dd", { class: "row" }, scan, told.scan.there && !told.scan.wrong
      && h("button", { type: "button", class: "button", text: "Show the scan", onclick: () => showScan(told.form.reference) })),
    told.erased && [h("dt", { text: "Erased on" }), h("dd", { text: told.erased })]));
}

/**
 * End a form: it is asked once, with what that means.
 * @param {any} told @param {"withdraw"|"refuse"} way
 */
function endForm(told, way) {
  const { reference } = told.form;
  const input = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (h("input", { type: "text", name, autocomplete: "off", maxlength: 2000 }));
  const why = input("why");
  const askedBy = input("asked_by");
  const on = input("on");
  const withdraw = way === "withdraw";
  return sendDialog({
    title: withdraw ? `Withdraw form ${reference}?` : `Record that the person of form ${reference} refuses?`,
    words: withdraw ? "Withdraw the form" : "Record the refusal",
    danger: true,
    body: [
      h("div", { class: "notice ask" }, icon("ask"), h("div", { class: "stack" }, h("p", { text: told.takes_back }),
        told.take_down && h("p", {}, h("strong", { text: told.take_down })))),
      "This cannot be undone; the person would have to sign a new form.",
      field("Reason", why, { hint: withdraw ? "Why, or how it reached you, e.g. by e-mail." : "May be left empty." }),
      withdraw && field("Who withdrew it", askedBy, { hint: "The person, the guardian. Empty: you." }),
      field(withdraw ? "From which day" : "On which day", on, { hint: "Empty: today." }),
    ],
    focus: why,
    send: () => post(`/api/forms/${encodeURIComponent(reference)}/${way}`,
      { why: why.value, on: on.value, ...(withdraw ? { asked_by: askedBy.value } : {}) }),
  });
}

export class FormDetails {
  /**
   * @param {HTMLElement} element
   * @param {{changed: () => void, closed: (reference: string) => void}} told
   */
  constructor(element, { changed, closed }) {
    this.element = element;
    this.changed = changed;
    this.closed = closed;
    this.reference = "";
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /** Show a form, and give its heading the focus. @param {string} reference @param {{focus?: boolean}} [options] */
  async show(reference, { focus = true } = {}) {
    this.reference = reference;
    const told = await get(`/api/forms/${encodeURIComponent(reference)}`);
    if (this.reference === reference) this.#fill(told, focus);
  }

  close() {
    const { reference } = this;
    this.reference = "";
    this.element.hidden = true;
    this.element.replaceChildren();
    this.closed(reference);
  }

  #fill(/** @type {any} */ told, /** @type {boolean} */ focus) {
    const { form } = told;
    const heading = h("h2", { tabindex: "-1", id: "form-heading" }, form.reference);
    const ended = ["withdrawn", "refused", "erased"].includes(form.state);
    const button = (/** @type {string} */ words, /** @type {() => Promise<any>} */ run, kind = "") => h("button", {
      type: "button", class: `button ${kind}`, text: words,
      onclick: async () => {
        const now = await run();
        if (!now) return;
        toast(now.said, { kind: "done" });
        this.#fill(now, true);
        this.changed();
      },
    });
    const parts = [
      h("div", { class: "spread" }, heading,
        h("button", { type: "button", class: "button quiet bare", "aria-label": "Close the form", onclick: () => this.close() }, icon("close"))),
      h("p", { class: "form-person" }, h("bdi", { text: form.name || "(name erased)" }), form.minor ? " (under 18)" : ""),
      h("div", { class: "row" }, stateMark(form.state), form.until && h("span", { class: "soft", text: ended ? `since ${form.until}` : `until ${form.until}` }),
        form.used_here > 0 && h("span", { class: "soft", text: `${count(form.used_here, "photo")} here` })),
      form.problem && form.state !== "erased" && h("p", { class: "small soft", text: `Not for this batch: ${form.problem}` }),
      form.state !== "erased" && h("div", { class: "row" }, button("Correct", () => openCorrection(told.values)),
        !ended && button("Withdraw", () => endForm(told, "withdraw"), "danger"),
        !ended && button("Refused", () => endForm(told, "refuse"), "danger")),
      usesPart(told), factsPart(told), historyPart(told),
    ];
    this.element.replaceChildren(...parts.filter((each) => each instanceof Node));
    this.element.hidden = false;
    if (focus) heading.focus();
  }
}
