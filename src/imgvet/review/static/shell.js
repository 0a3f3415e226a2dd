// What every page has: appearance, menu, notices, the live region, dialogs, and the button that ends imgvet.

import { Refused, batchName, post } from "./api.js";
import { at, h, icon, showDialog } from "./dom.js";

/**
 * Tell it to a screen reader, once what it is saying is said.
 * @param {string} text
 */
export function say(text) {
  const live = at("live");
  live.textContent = "";
  // Again where it says the same twice: some readers only notice a change.
  requestAnimationFrame(() => { live.textContent = text; });
}

/**
 * A quiet note in the corner; it goes by itself, and stays while the pointer or the focus is on it.
 * @param {string} text
 * @param {{kind?: "note"|"problem"|"done", action?: {words: string, run: () => void}, silent?: boolean, seconds?: number}} [options]
 */
export function toast(text, options = {}) {
  const { kind = "note", action, silent = false, seconds = action ? 12 : 6 } = options;
  const note = h("div", { class: `toast ${kind}` }, icon({ note: "note", problem: "release", done: "ready" }[kind]),
    h("span", { text }));
  const gone = () => note.remove();
  if (action) {
    note.append(h("button", { type: "button", class: "button quiet", text: action.words, onclick: () => { gone(); action.run(); } }));
  }
  note.append(h("button", { type: "button", class: "button quiet bare", "aria-label": "Close this note", onclick: gone }, icon("close")));
  const toasts = at("toasts");
  toasts.append(note);
  while (toasts.children.length > 4) toasts.firstElementChild.remove();
  const leave = () => {
    if (note.matches(":hover, :focus-within")) setTimeout(leave, 1500);
    else gone();
  };
  if (kind !== "problem") setTimeout(leave, seconds * 1000);
  if (!silent) say(text);
}

/**
 * What was refused, as a note that stays.
 * @param {unknown} error
 */
export function tellRefused(error) {
  if (error instanceof Refused) {
    if (!error.isGone) toast([error.reason, error.hint].filter(Boolean).join(" "), { kind: "problem" });
  } else {
    toast("imgvet could not do that. Open the page again.", { kind: "problem" });
    console.error(error);
  }
}

/**
 * A dialog that has the focus until it is answered; the focus goes back to where it was.
 * @param {{title: string, body?: Array<Node|string>, buttons: Array<{words: string, value: any, kind?: string}>, focus?: string}} asked
 *   the last button is the default where none is `primary`; Esc gives null
 * @returns {Promise<any>} the value of the button; a function is called with the dialog first
 */
export function ask({ title, body = [], buttons, focus = "" }) {
  return new Promise((resolve) => {
    const heading = h("h2", { id: "dialog-title", text: title });
    const form = h("form", { method: "dialog", class: "dialog-body" }, heading, body.map((each) =>
      typeof each === "string" ? h("p", { text: each }) : each));
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form));
    /** @type {any} */
    let answer = null;
    const row = h("div", { class: "dialog-buttons" }, buttons.map((each) => h("button", {
      type: each.kind === "primary" ? "submit" : "button", class: `button ${each.kind ?? ""}`, text: each.words,
      onclick: (/** @type {Event} */ event) => {
        if (each.kind === "primary" && !/** @type {HTMLFormElement} */ (form).reportValidity()) return;
        event.preventDefault();
        answer = typeof each.value === "function" ? each.value(dialog) : each.value;
        dialog.close();
      },
    })));
    form.append(row);
    showDialog(dialog, () => resolve(answer));
    const first = /** @type {HTMLElement | null} */ (focus ? dialog.querySelector(focus) : row.querySelector(".primary"));
    first?.focus();
  });
}

/**
 * How many things are left to do, in the head of the page.
 * @param {number} left
 */
export function showLeft(left) {
  const place = at("left");
  if (place.dataset.left === String(left)) return;
  place.dataset.left = String(left);
  place.replaceChildren(...(left ? [h("strong", { text: left }), " left to do"] : [icon("ready"), "Nothing left to do"]));
}

/** The server is there again. */
export function isBack() {
  at("gone").hidden = true;
}

/**
 * Say that the server is gone, and how to start it again; or why it does not answer any more.
 * @param {string} [why]
 */
export function isGone(why = "") {
  const place = at("gone");
  if (!place.hidden && !why) return;
  place.replaceChildren(icon("release"), h("p", {}, why || ["imgvet has stopped. What you answered is kept. Start it again: ",
    h("code", { text: `imgvet review ${batchName}` })]));
  place.hidden = false;
}

/** A link for somebody else at this computer: it works once, in a browser of theirs. */
async function linkForAnother() {
  try {
    const { link } = await post("/api/links");
    const field = h("input", { id: "new-link", type: "text", readonly: true, value: link });
    await ask({
      title: "Link for another person",
      body: ["It works once, on this computer, in another browser or a private window. They give their own name there.",
        h("div", { class: "field" }, h("label", { for: "new-link", text: "Link" }), field)],
      buttons: [
        { words: "Copy", value: () => navigator.clipboard?.writeText(link).then(() => toast("The link is copied.", { kind: "done" }), () => {}) },
        { words: "Close", value: null, kind: "primary" },
      ],
      focus: "input",
    });
  } catch (error) {
    tellRefused(error);
  }
}

function wireTheme() {
  const radios = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("#theme input")]);
  let chosen = "";
  try {
    chosen = localStorage.getItem("imgvet.theme") || "";
  } catch {
    // the browser keeps nothing
  }
  for (const radio of radios) {
    radio.checked = radio.value === chosen;
    radio.addEventListener("change", () => {
      try {
        localStorage.setItem("imgvet.theme", radio.value);
      } catch {
        // the browser keeps nothing
      }
      document.documentElement.dataset.theme = radio.value
        || (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    });
  }
}

function wireMenu() {
  const menu = /** @type {HTMLDetailsElement} */ (at("menu"));
  document.addEventListener("pointerdown", (event) => {
    if (menu.open && !menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(/** @type {Node} */ (event.relatedTarget))) menu.open = false;
  });
  at("second-person")?.addEventListener("click", linkForAnother);
  at("stop").addEventListener("click", async () => {
    const sure = await ask({
      title: "Close imgvet?",
      body: ["Every answer is saved. The page stops working until imgvet is started again."],
      buttons: [{ words: "Cancel", value: false }, { words: "Close imgvet", value: true, kind: "primary" }],
    });
    if (!sure) return;
    try {
      await post("/api/stop");
    } catch (error) {
      if (!(error instanceof Refused && error.isGone)) {
        tellRefused(error);
        return;
      }
    }
    window.dispatchEvent(new CustomEvent("imgvet:stopped"));
    at("main").replaceChildren(h("div", { class: "empty" }, h("h1", { text: "imgvet is closed" }),
      h("p", { text: "You can close this tab. To go on later, start it again:" }),
      h("p", {}, h("code", { text: `imgvet review ${batchName}` }))));
    at("main").focus();
  });
}

window.addEventListener("imgvet:gone", () => isGone());
wireTheme();
wireMenu();
