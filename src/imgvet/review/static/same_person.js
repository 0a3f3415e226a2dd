// "Same person": choose a face, choose the others by eye, answer once for all. Nothing here compares faces; a person does.

import { get } from "./api.js";
import { count, h } from "./dom.js";
import { say, tellRefused } from "./shell.js";
import { isOpen, unanswered } from "./store.js";

const AT_ONCE = 90; // further faces shown before one asks for more

const key = (/** @type {number} */ photo, /** @type {number} */ face) => `${photo}:${face}`;

export class SamePerson {
  /** @type {{photo: number, face: number} | null} */
  base = null;

  /** @type {Set<string>} */
  #chosen = new Map();

  /** @type {{photo: number, face: number, why: string}[]} */
  #offers = [];

  #most = AT_ONCE;

  /** Called after each change. */
  onChange = () => {};

  /** @param {HTMLElement} stage @param {import("./store.js").Store} store @param {{look: (photo: number, face: number) => void}} given */
  constructor(stage, store, { look }) {
    this.store = store;
    this.look = look;
    this.panel = h("section", { class: "same", "aria-label": "Same person", hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
    stage.append(this.panel);
  }

  get isOn() {
    return this.base !== null;
  }

  /** Whether the faces to choose from are over the picture. */
  get isOpen() {
    return !this.panel.hidden;
  }

  /** The faces that are one person, as answers take them. @returns {number[][]} */
  get faces() {
    if (!this.base) return [];
    const { photo, face } = this.base;
    return [[[photo, face], this.base.key], ...[...this.#chosen].map(([name, of]) => [name.split(":").map(Number), of])]
      .filter(([[number, each], of]) => this.store.key(number, each) === of).map(([named]) => named); // numbers move
  }

  /** @param {number} photo @param {number} face */
  has(photo, face) {
    return (this.base?.photo === photo && this.base.face === face) || this.#chosen.has(key(photo, face));
  }

  /** @param {number} photo @param {number} face */
  async start(photo, face) {
    this.base = { photo, face, key: this.store.key(photo, face) };
    this.#chosen.clear();
    this.#offers = [];
    this.#most = AT_ONCE;
    this.#draw();
    this.panel.hidden = false;
    this.#focusFirst();
    this.onChange();
    try {
      const { faces } = await get(`/api/same/${photo}/${face}`);
      if (this.base?.photo !== photo || this.base.face !== face) return;
      this.#offers = faces;
      const had = this.panel.contains(document.activeElement);
      this.#draw();
      if (had) this.#focusFirst();
      say(faces.length ? `${count(faces.length, "face")} of the same burst offered` : "No face is offered; choose from the others");
    } catch (error) {
      tellRefused(error);
    }
  }

  stop() {
    this.base = null;
    this.#chosen.clear();
    this.panel.hidden = true;
    this.onChange();
  }

  /** Show the faces again, or only the photos. @param {boolean} shown */
  showFaces(shown) {
    this.panel.hidden = !shown;
    if (shown) {
      this.#draw();
      this.#focusFirst();
    }
    this.onChange();
  }

  /** @param {number} photo @param {number} face */
  toggle(photo, face) {
    if (this.base?.photo === photo && this.base.face === face) return;
    const name = key(photo, face);
    const on = !this.#chosen.delete(name);
    if (on) this.#chosen.set(name, this.store.key(photo, face));
    for (const each of this.panel.querySelectorAll(`[data-face="${name}"]`)) each.setAttribute("aria-pressed", String(on));
    say(`Face ${face} of photo ${photo} ${on ? "chosen" : "not chosen"}. ${count(this.faces.length, "face")}.`);
    this.onChange();
  }

  #draw() {
    if (!this.base) return;
    const { photo, face } = this.base;
    const offered = new Set(this.#offers.map((each) => key(each.photo, each.face)));
    const others = [...this.store.rows.values()].filter((row) => row.number !== photo)
      .sort((one, other) => Math.abs(one.number - photo) - Math.abs(other.number - photo))
      .flatMap((row) => unanswered(row).map((each) => ({ photo: row.number, face: each.number, why: "" })))
      .filter((each) => !offered.has(key(each.photo, each.face)));
    const part = (/** @type {string} */ title, /** @type {any[]} */ faces) => faces.length > 0 && [h("h3", { text: title }),
      h("ul", { class: "same-faces" }, faces.map((each) => h("li", {}, this.#faceButton(each))))];
    const more = others.length - this.#most;
    this.panel.replaceChildren(
      h("div", { class: "same-head" },
        h("img", { src: this.store.picture(photo, face), alt: `Face ${face} of photo ${photo}`, class: "same-base" }),
        h("div", { class: "stack" }, h("h2", { text: `Same person as face ${face} of photo ${photo}` }),
          h("p", { class: "soft", text: "Choose every face of this person, then give one answer for all. Nothing is recognised: you compare the faces." }),
          h("div", { class: "row" },
            h("button", { type: "button", class: "button", text: "Choose in the photos", onclick: () => this.showFaces(false) }),
            h("button", { type: "button", class: "button quiet", onclick: () => this.stop() }, "Stop ", h("kbd", { text: "Esc" }))))),
      ...[part("Offered: the same place in the same burst", this.#offers), part("Other faces without an answer", others.slice(0, this.#most))].flat(2).filter((each) => each instanceof Node),
      ...(more > 0 ? [h("button", { type: "button", class: "button", text: `Show ${Math.min(more, AT_ONCE)} more`, onclick: () => { this.#most += AT_ONCE; this.#draw(); } })] : []),
      ...(this.#offers.length + others.length ? [] : [h("p", { class: "soft", text: "No other face in this batch needs an answer." })]));
  }

  #faceButton(/** @type {{photo: number, face: number, why: string}} */ { photo, face, why }) {
    const name = key(photo, face);
    const known = this.store.rows.get(photo)?.faces.find((each) => each.number === face);
    const answered = known && !isOpen(known) ? `, answered: ${known.answer?.label}` : "";
    return h("button", { type: "button", class: "same-face", "aria-pressed": String(this.#chosen.has(name)), dataset: { face: name }, tabindex: "-1",
      onclick: () => this.toggle(photo, face), ondblclick: () => this.look(photo, face), title: why || null },
    h("img", { src: this.store.picture(photo, face), alt: `Face ${face} of photo ${photo}${answered}${why ? `, ${why}` : ""}`, loading: "lazy", decoding: "async" }),
    h("span", { class: "number", "aria-hidden": "true", text: `${photo}:${face}` }));
  }

  #all() {
    return /** @type {HTMLElement[]} */ ([...this.panel.querySelectorAll(".same-face")]);
  }

  #focusFirst() {
    const [first] = this.#all();
    if (first) first.tabIndex = 0;
    (first ?? this.panel.querySelector("button"))?.focus();
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.stop();
      return;
    }
    const all = this.#all();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const across = all.filter((each) => each.offsetTop === all[at].offsetTop).length || 1;
    const to = /** @type {Record<string, number>} */ ({ ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + across, ArrowUp: at - across, Home: 0, End: all.length - 1 })[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = all[Math.min(all.length - 1, Math.max(0, to))];
    all[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
