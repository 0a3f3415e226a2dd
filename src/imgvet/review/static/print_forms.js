// A pile of blank forms to print: how many, for which event, as a PDF that the browser shows or keeps.

import { post } from "./api.js";
import { h } from "./dom.js";
import { field, sendDialog } from "./form_dialog.js";
import { toast } from "./shell.js";

/**
 * @param {{event: string, covers_from: string, covers_until: string, all_channels: string[]}} known
 * @param {number} most forms of a kind
 */
export async function openPrint(known, most) {
  const text = (/** @type {string} */ name, /** @type {string} */ value) => /** @type {HTMLInputElement} */ (h("input", { type: "text", name, value, autocomplete: "off", maxlength: 300 }));
  const event = text("event", known.event);
  const first = text("first", known.covers_from);
  const last = text("last", known.covers_until === known.covers_from ? "" : known.covers_until);
  const number = /** @type {HTMLInputElement} */ (h("input", { type: "number", name: "count", value: "10", min: "1", max: String(most) }));
  const check = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", name, checked: true }));
  const [adult, child] = [check("adult"), check("child")];
  const channels = known.all_channels.map((name) => /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", value: name, checked: true })));
  const pdf = await sendDialog({
    title: "Print forms",
    words: "Make the PDF",
    wide: true,
    focus: number,
    body: [
      h("p", { class: "soft", text: "Each form has its own number and code; a number is given once. Print it on A4 at full size, on one side." }),
      h("div", { class: "fields" }, field("How many of each kind", number, { hint: `1 to ${most}.` }), field("Event", event, { hint: "As people will read it." }),
        field("First day", first, { hint: "Empty: written in by hand." }), field("Last day", last)),
      h("div", { class: "row" }, h("label", { class: "check" }, adult, "For adults"), h("label", { class: "check" }, child, "For children")),
      h("fieldset", {}, h("legend", { class: "label", text: "Channels that people are asked for" }),
        h("div", { class: "row" }, channels.map((input) => h("label", { class: "check" }, input, input.value)))),
    ],
    send: () => post("/api/forms/print", {
      event: event.value, first: first.value, last: last.value, count: Math.trunc(Number(number.value)) || 0, adult: adult.checked,
      child: child.checked, channels: channels.filter((input) => input.checked).map((input) => input.value),
    }),
  });
  if (!pdf) return false;
  const link = /** @type {HTMLAnchorElement} */ (h("a", { href: URL.createObjectURL(pdf), download: "release-forms.pdf" }));
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  toast("The forms are in release-forms.pdf, in your downloads.", { kind: "done" });
  return true;
}
