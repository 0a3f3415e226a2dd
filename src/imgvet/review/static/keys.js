// Keys: one listener for the page, the list of them that `?` shows, and the switch that turns single keys off.

import { at, h, keptHere, showDialog } from "./dom.js";

/**
 * @typedef {{keys: string[], words: string, run: (event: KeyboardEvent) => void, when?: () => boolean, shown?: string[], always?: boolean}} Binding
 *   keys as ``event.key`` has them, letters small, "Shift+" before a named key; `always`: also with single keys off
 */

const TYPED_INTO = 'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"]), textarea, select, [contenteditable]';
const OWN_ARROWS = 'input[type="radio"], input[type="range"], [role="listbox"], [role="radiogroup"], [role="toolbar"]';

export class Keys {
  /** @type {{title: string, bindings: Binding[], when: () => boolean}[]} */
  #groups = [];

  /** Whether keys without Ctrl or Alt do something (WCAG 2.1.4). */
  single = keptHere.get("single-keys", true);

  constructor() {
    document.addEventListener("keydown", (event) => this.#pressed(event));
    document.documentElement.classList.toggle("no-keys", !this.single);
    const button = at("show-keys");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => this.show());
    }
  }

  /**
   * @param {string} title heading in the list
   * @param {() => boolean} when these keys do something
   * @param {Binding[]} bindings
   */
  add(title, when, bindings) {
    this.#groups.push({ title, when, bindings });
  }

  #pressed(/** @type {KeyboardEvent} */ event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest?.(TYPED_INTO) || document.querySelector("dialog[open]")) return;
    const one = event.key.length === 1;
    if (!one && event.key !== "Escape" && target.closest?.(OWN_ARROWS)) return;
    if (one && event.shiftKey && event.key.toLowerCase() !== event.key.toUpperCase()) return; // a capital letter is none of ours
    const name = one ? event.key.toLowerCase() : `${event.shiftKey ? "Shift+" : ""}${event.key}`;
    for (const { when, bindings } of this.#groups) {
      if (!when()) continue;
      for (const binding of bindings) {
        if (!binding.keys.includes(name) || (one && !this.single && !binding.always) || (binding.when && !binding.when())) continue;
        event.preventDefault();
        binding.run(event);
        return;
      }
    }
  }

  /** The list of keys, with the switch. */
  show() {
    const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "dialog wide", "aria-labelledby": "keys-title" }));
    const single = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", id: "single-keys" }));
    single.checked = this.single;
    single.addEventListener("change", () => {
      this.single = single.checked;
      keptHere.set("single-keys", single.checked);
      document.documentElement.classList.toggle("no-keys", !single.checked);
    });
    const close = h("button", { type: "button", class: "button primary", text: "Close", onclick: () => dialog.close() });
    dialog.append(h("div", { class: "dialog-body" },
      h("h2", { id: "keys-title", text: "Keys" }),
      h("label", { class: "check" }, single, "Single keys work (letters, digits and signs without Ctrl or Alt)"),
      h("div", { class: "keys-groups" }, this.#groups.filter(({ when }) => when()).map(({ title, bindings }) => h("section", {}, h("h3", { text: title }),
        h("dl", { class: "keys-list" }, bindings.filter((each) => each.words).map((each) => h("div", {},
          h("dt", {}, (each.shown ?? each.keys).map((key) => [h("kbd", { text: shownKey(key) }), " "])),
          h("dd", { text: each.words }))))))),
      h("div", { class: "dialog-buttons" }, close)));
    showDialog(dialog);
    single.focus();
  }
}

const SHOWN = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", PageDown: "Page ↓", PageUp: "Page ↑", " ": "Space", "-": "−" };

/** A key as it is written on a keyboard. @param {string} key */
export function shownKey(key) {
  const bare = key.replace("Shift+", "");
  const told = /** @type {Record<string, string>} */ (SHOWN)[bare] ?? (bare.length === 1 ? bare.toUpperCase() : bare);
  return key.startsWith("Shift+") ? `Shift ${told}` : told;
}
