// Dialogs in which something is typed and sent: what the server refuses is said in the dialog, and nothing typed is lost.

import { Refused } from "./api.js";
import { h, showDialog } from "./dom.js";

let made = 0;

/**
 * A field with its label, a hint and a place for what is wrong with it.
 * @param {string} label
 * @param {HTMLElement} input
 * @param {{hint?: string, wide?: boolean}} [options]
 * @returns {HTMLElement}
 */
export function field(label, input, { hint = "", wide = false } = {}) {
  input.id ||= `field-${made += 1}`;
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
  return h("div", { class: `field${wide ? " wide" : ""}` }, h("label", { for: input.id, text: label }), input,
    hint && h("p", { class: "field-hint", id: `${input.id}-hint`, text: hint }));
}

/**
 * @param {{title: string, body: Array<Node|string|null|false>, words: string, danger?: boolean, wide?: boolean,
 *   send: () => Promise<any>, focus?: HTMLElement, refused?: (problem: Refused) => void}} asked
 *   `send` is called by the primary button and by Enter; what it throws is shown, what it gives is the dialog's value
 * @returns {Promise<any>} null where it was cancelled
 */
export function sendDialog({ title, body, words, danger = false, wide = false, send, focus, refused }) {
  return new Promise((resolve) => {
    /** @type {any} */
    let answer = null;
    let sending = false;
    const name = `dialog-${made += 1}`;
    const problem = h("p", { class: "field-problem", role: "alert" });
    const primary = h("button", { type: "submit", class: danger ? "button danger" : "button primary", text: words });
    const cancel = h("button", { type: "button", class: "button", text: "Cancel", onclick: () => dialog.close() });
    const form = /** @type {HTMLFormElement} */ (h("form", { class: "dialog-body", novalidate: true },
      h("h2", { id: name, text: title }), body.filter(Boolean).map((each) => (typeof each === "string" ? h("p", { text: each }) : each)),
      problem, h("div", { class: "dialog-buttons" }, cancel, primary)));
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: `dialog${wide ? " wide" : ""}`, "aria-labelledby": name }, form));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      primary.setAttribute("aria-disabled", "true");
      problem.textContent = "";
      try {
        answer = await send();
        dialog.close();
      } catch (error) {
        problem.textContent = error instanceof Refused ? [error.reason, error.hint].filter(Boolean).join(" ")
          : "imgvet could not do that. Open the page again.";
        if (error instanceof Refused) refused?.(error);
        else console.error(error);
      } finally {
        sending = false;
        primary.removeAttribute("aria-disabled");
      }
    });
    // Keys of the page below have no meaning here.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    showDialog(dialog, () => resolve(answer));
    (focus ?? primary).focus();
  });
}
