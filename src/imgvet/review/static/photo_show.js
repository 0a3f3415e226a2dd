// One photo large, over the page; the arrows go to the next, Esc goes back to where one was.

import { h, icon } from "./dom.js";
import { say } from "./shell.js";

export class PhotoShow {
  #at = 0;

  /** @type {number[]} */
  #numbers = [];

  /** @type {Map<number, string>} */
  #alts = new Map();

  constructor() {
    this.image = /** @type {HTMLImageElement} */ (h("img", { alt: "" }));
    this.words = h("h2", { id: "photo-show-words" });
    const step = (/** @type {number} */ by, /** @type {string} */ words, /** @type {string} */ name) => h("button", {
      type: "button", class: "button quiet bare", "aria-label": words, onclick: () => this.#go(by) }, icon(name));
    this.dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "dialog photo-show", "aria-labelledby": "photo-show-words" },
      h("div", { class: "spread" }, this.words, h("div", { class: "row" }, step(-1, "Photo before", "left"), step(1, "Next photo", "right"),
        h("button", { type: "button", class: "button", text: "Close", onclick: () => this.dialog.close() }))), this.image));
    this.dialog.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "ArrowRight") this.#go(1);
      else if (event.key === "ArrowLeft") this.#go(-1);
    });
    this.dialog.addEventListener("close", () => document.getElementById(`photo-${this.#numbers[this.#at]}`)?.focus());
    document.body.append(this.dialog);
  }

  /** @param {number} number @param {number[]} numbers of all photos @param {Map<number, string>} alts their texts */
  open(number, numbers, alts) {
    [this.#numbers, this.#alts, this.#at] = [numbers, alts, numbers.indexOf(number)];
    this.dialog.showModal();
    this.#go(0);
  }

  #go(/** @type {number} */ by) {
    this.#at = (this.#at + by + this.#numbers.length) % this.#numbers.length;
    const number = this.#numbers[this.#at];
    this.words.textContent = `Photo ${number}`;
    this.image.src = `/pictures/large/${number}`;
    this.image.alt = this.#alts.get(number) ?? `Photo ${number}`;
    say(`Photo ${number}, ${this.#at + 1} of ${this.#numbers.length}`);
  }
}
