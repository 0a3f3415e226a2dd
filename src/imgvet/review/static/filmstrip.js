// The strip of all photos below the large one. Only what is on the screen is in the page.

import { fill, h, icon, onceAFrame } from "./dom.js";
import { isShown, openParts } from "./store.js";

const STEP = 92; // px from one photo to the next

export class Filmstrip {
  /** @type {number[]} */
  #order = [];

  #current = 0;

  /** @type {Map<number, {button: HTMLButtonElement, row: any}>} */
  #items = new Map();

  /** @param {import("./store.js").Store} store @param {(number: number) => void} go */
  constructor(store, go) {
    this.store = store;
    this.go = go;
    this.track = h("div", { class: "strip-track" });
    this.element = h("nav", { class: "strip", "aria-label": "Filmstrip", onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) }, this.track);
    this.draw = onceAFrame(() => this.#draw());
    this.element.addEventListener("scroll", this.draw, { passive: true });
    new ResizeObserver(this.draw).observe(this.element);
  }

  /** @param {number[]} order @param {number} current */
  show(order, current) {
    this.#order = order;
    this.track.style.width = `${order.length * STEP}px`;
    if (current !== this.#current) {
      this.#current = current;
      const middle = order.indexOf(current) * STEP - (this.element.clientWidth - STEP) / 2;
      this.element.scrollTo({ left: middle });
    }
    this.draw();
  }

  #draw() {
    const { scrollLeft, clientWidth } = this.element;
    if (!clientWidth) return;
    const first = Math.max(0, Math.floor(scrollLeft / STEP) - 4);
    const last = Math.min(this.#order.length, Math.ceil((scrollLeft + clientWidth) / STEP) + 4);
    const wanted = new Set();
    for (let place = first; place < last; place += 1) wanted.add(place);
    const current = this.#order.indexOf(this.#current);
    if (current >= 0) wanted.add(current);
    const items = [...wanted].sort((one, other) => one - other).map((place) => this.#item(place));
    fill(this.track, items);
    if (this.#items.size > 300) this.#items = new Map([...this.#items].filter(([, { button }]) => items.includes(button)));
  }

  #item(/** @type {number} */ place) {
    const number = this.#order[place];
    const row = this.store.rows.get(number);
    let item = this.#items.get(number);
    if (!item) {
      const button = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "frame", onclick: () => this.go(number) }));
      item = { button, row: null };
      this.#items.set(number, item);
    }
    const { button } = item;
    if (row && item.row !== row) {
      item.row = row;
      const left = openParts(row).length;
      const look = row.excluded ? "excluded" : row.verdict;
      button.setAttribute("aria-label", row.alt);
      button.className = `frame ${look}`;
      const address = `/pictures/thumb/${number}?v=${encodeURIComponent(row.picture ?? "")}`;
      const img = button.querySelector("img");
      button.replaceChildren(!isShown(row) ? h("span", { class: "no-frame" }) : img?.getAttribute("src") === address ? img : h("img", { src: address, alt: "", loading: "lazy", decoding: "async", draggable: "false" }),
        h("span", { class: "frame-words" }, h("span", { class: "number", text: number }), h("span", { class: `verdict ${look}` }, icon(look), left > 0 && h("span", { class: "number", text: left }))));
    }
    button.style.transform = `translateX(${place * STEP}px)`;
    button.tabIndex = number === this.#current ? 0 : -1;
    if (number === this.#current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    return button;
  }

  /** The focus on the photo that is open. */
  focus() {
    this.#draw();
    this.#items.get(this.#current)?.button.focus();
  }

  #key(/** @type {KeyboardEvent} */ event) {
    const number = [...this.#items].find(([, { button }]) => button === document.activeElement)?.[0];
    const at = number === undefined ? -1 : this.#order.indexOf(number);
    const to = /** @type {Record<string, number>} */ ({ ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.#order.length - 1 })[event.key];
    if (to === undefined || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (to < 0 || to >= this.#order.length) return;
    const left = to * STEP;
    const { scrollLeft, clientWidth } = this.element;
    if (left < scrollLeft || left + STEP > scrollLeft + clientWidth) this.element.scrollTo({ left: left - clientWidth / 2 });
    this.#item(to);
    const button = /** @type {{button: HTMLButtonElement}} */ (this.#items.get(this.#order[to])).button;
    if (!button.isConnected) this.track.append(button);
    button.focus({ preventScroll: true });
  }
}
