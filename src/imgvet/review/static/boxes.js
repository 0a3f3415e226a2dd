// The faces of the photo that is open, as numbered boxes over the picture. No mark ever lies on a face.

import { h } from "./dom.js";

/** @typedef {import("./store.js").Face} Face @typedef {import("./viewer.js").Viewer} Viewer */

const SMALLEST = 26; // px; a box is never smaller to click on (WCAG 2.5.8)
const LABEL = { height: 20, width: 14, letter: 9 };
const ROUND = 3; // px between a face and its line

const STATES = {
  open: { sign: "", words: "needs a decision" },
  possible: { sign: "?", words: "possible face, needs a decision" },
  answered: { sign: "✓", words: "answered" },
  problem: { sign: "!", words: "its answer needs correcting" },
  refused: { sign: "✗", words: "refused, must be hidden" },
};

/** The state of a face by its look. @param {Face} face @returns {keyof typeof STATES} */
export const lookOf = (face) => (face.state === "open" && !face.likely ? "possible" : face.state);

/** What a face needs, in words. @param {Face} face */
export function faceWords(face) {
  const look = lookOf(face);
  return face.answer && look === "answered" ? `answered: ${face.answer.label}` : STATES[look].words;
}

export class Boxes {
  /** @type {Map<number, HTMLButtonElement>} */
  #buttons = new Map();

  /** @type {Face[]} */
  #faces = [];

  #photo = 0;

  /** @type {(face: number) => void} */
  onFocus = () => {};

  /** @type {(face: number) => void} */
  onTap = () => {};

  /** Which faces are chosen as the same person. @type {(face: number) => boolean} */
  isChosen = () => false;

  /** @param {HTMLElement} layer over the picture @param {Viewer} viewer */
  constructor(layer, viewer) {
    this.layer = layer;
    this.viewer = viewer;
  }

  /** @param {number} photo @param {Face[]} faces @param {number | null} current */
  show(photo, faces, current) {
    if (photo !== this.#photo) {
      this.#buttons.forEach((each) => each.remove());
      this.#buttons.clear();
      this.#photo = photo;
    }
    this.#faces = faces;
    const numbers = new Set(faces.map((face) => face.number));
    for (const [number, button] of this.#buttons) {
      if (numbers.has(number)) continue;
      button.remove();
      this.#buttons.delete(number);
    }
    for (const face of faces) {
      let button = this.#buttons.get(face.number);
      if (!button) {
        button = /** @type {HTMLButtonElement} */ (h("button", { type: "button", onfocus: () => this.onFocus(face.number), onclick: () => this.onTap(face.number) },
          h("span", { class: "line" }), h("span", { class: "label" })));
        this.#buttons.set(face.number, button);
        this.layer.append(button);
      }
      const look = lookOf(face);
      button.className = `face ${look}${this.isChosen(face.number) ? " chosen" : ""}${face.number === current ? " current" : ""}`;
      button.id = `face-${face.number}`;
      button.setAttribute("aria-label", `Face ${face.number} of ${faces.length}, ${faceWords(face)}${this.isChosen(face.number) ? ", chosen as the same person" : ""}`);
      if (face.number === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      /** @type {HTMLElement} */ (button.lastElementChild).textContent = `${face.number}${STATES[look].sign && ` ${STATES[look].sign}`}`;
    }
    this.place();
  }

  /** Put every box where its face is on the stage now. */
  place() {
    const { clientWidth, clientHeight } = this.layer;
    const taken = this.#faces.map((face) => this.viewer.onStage(face.box));
    /** @type {{left: number, top: number, width: number, height: number}[]} */
    const labels = [];
    this.#faces.forEach((face, index) => {
      const button = this.#buttons.get(face.number);
      if (!button) return;
      const at = taken[index];
      const width = Math.max(SMALLEST, at.width + 2 * ROUND);
      const height = Math.max(SMALLEST, at.height + 2 * ROUND);
      const left = at.left + at.width / 2 - width / 2;
      const top = at.top + at.height / 2 - height / 2;
      Object.assign(button.style, { transform: `translate(${left}px, ${top}px)`, width: `${width}px`, height: `${height}px` });
      const label = /** @type {HTMLElement} */ (button.lastElementChild);
      const size = { width: LABEL.width + (label.textContent ?? "").length * LABEL.letter, height: LABEL.height };
      const spots = [
        { left, top: top - size.height - 2 }, { left, top: top + height + 2 },
        { left: left + width - size.width, top: top - size.height - 2 }, { left: left + width - size.width, top: top + height + 2 },
        { left: left + width + 2, top }, { left: left - size.width - 2, top },
        { left: left + width + 2, top: top + height - size.height }, { left: left - size.width - 2, top: top + height - size.height },
      ].map((spot) => ({ ...spot, ...size }));
      const inside = (/** @type {any} */ spot) => spot.left >= 0 && spot.top >= 0 && spot.left + spot.width <= clientWidth && spot.top + spot.height <= clientHeight;
      const clear = (/** @type {any} */ spot) => !taken.some((each) => overlap(each, spot)) && !labels.some((each) => overlap(each, spot));
      const off = left + width < 0 || top + height < 0 || left > clientWidth || top > clientHeight;
      const spot = spots.find((each) => inside(each) && clear(each)) ?? spots.find((each) => inside(each) && !taken.some((face_) => overlap(face_, each)))
        ?? spots.find((each) => !taken.some((face_) => overlap(face_, each)));
      button.classList.toggle("unlabelled", !spot); // its number would lie on a face: it is in the list beside instead
      if (spot) {
        if (!off) labels.push(spot);
        label.style.transform = `translate(${spot.left - left}px, ${spot.top - top}px)`;
      }
    });
  }

  /** @param {number} number */
  button(number) {
    return this.#buttons.get(number) ?? null;
  }

  /** The number of the face that has the focus; null where none has it. */
  get focused() {
    const focused = [...this.#buttons].find(([, button]) => button === document.activeElement);
    return focused ? focused[0] : null;
  }

  /** Whether the face can be seen on the stage. @param {Face} face */
  isSeen(face) {
    const at = this.viewer.onStage(face.box);
    return at.left + at.width > 8 && at.top + at.height > 8 && at.left < this.layer.clientWidth - 8 && at.top < this.layer.clientHeight - 8;
  }
}

/** @param {any} one @param {any} other */
function overlap(one, other) {
  return one.left < other.left + other.width && other.left < one.left + one.width && one.top < other.top + other.height && other.top < one.top + one.height;
}

