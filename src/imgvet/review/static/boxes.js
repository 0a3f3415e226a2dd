// What of the photo that is open needs an answer, over the picture: faces as numbered boxes, areas as lettered outlines.
// No mark ever lies on a face.

import { drawn, h } from "./dom.js";
import { isArea } from "./store.js";

/** @typedef {import("./store.js").Part} Part @typedef {import("./store.js").PartName} PartName @typedef {import("./viewer.js").Viewer} Viewer */

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

/** The state of a face or an area by its look. @param {Part} face @returns {keyof typeof STATES} */
export const lookOf = (face) => (face.state === "open" && !face.likely ? "possible" : face.state);

/** What a face or an area needs, in words. @param {Part} face */
export function faceWords(face) {
  const look = lookOf(face);
  if (isArea(face)) return `${face.what}, ${look === "answered" ? `answered: ${face.answer?.label ?? ""}` : STATES[look === "possible" ? "open" : look].words}`;
  return face.answer && look === "answered" ? `answered: ${face.answer.label}` : STATES[look].words;
}

export class Boxes {
  /** @type {Map<PartName, HTMLButtonElement>} */
  #buttons = new Map();

  /** @type {Part[]} */
  #faces = [];

  #photo = 0;

  /** @type {(face: PartName) => void} */
  onFocus = () => {};

  /** @type {(face: PartName) => void} */
  onTap = () => {};

  /** Which faces are chosen as the same person. @type {(face: PartName) => boolean} */
  isChosen = () => false;

  /** @param {HTMLElement} layer over the picture @param {Viewer} viewer */
  constructor(layer, viewer) {
    this.layer = layer;
    this.viewer = viewer;
  }

  /** @param {number} photo @param {Part[]} faces its areas among them @param {PartName | null} current */
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
          h("span", { class: "line" }), isArea(face) && drawn("svg", { class: "outline" }, drawn("polygon", { class: "under" }), drawn("polygon", { class: "over" })), h("span", { class: "label" })));
        this.#buttons.set(face.number, button);
        this.layer.append(button);
      }
      const look = lookOf(face);
      button.className = `face${isArea(face) ? " area" : ""} ${look}${this.isChosen(face.number) ? " chosen" : ""}${face.number === current ? " current" : ""}`;
      button.id = `${isArea(face) ? "area" : "face"}-${face.number}`;
      button.setAttribute("aria-label", `${isArea(face) ? `Area ${face.number}` : `Face ${face.number} of ${faces.filter((each) => !isArea(each)).length}`}, ${faceWords(face)}${this.isChosen(face.number) ? ", chosen as the same person" : ""}`);
      if (face.number === current) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      /** @type {HTMLElement} */ (button.lastElementChild).textContent = `${face.number}${STATES[look].sign && ` ${STATES[look].sign}`}`;
    }
    this.place();
  }

  /** Put every box and outline where its face or area is on the stage now. */
  place() {
    const { clientWidth, clientHeight } = this.layer;
    const places = this.#faces.map((face) => this.viewer.onStage(face.box));
    const taken = places.filter((_, index) => !isArea(this.#faces[index]));
    /** @type {{left: number, top: number, width: number, height: number}[]} */
    const labels = [];
    const areas = places.filter((each, index) => isArea(this.#faces[index]) && each.width < clientWidth / 3 && each.height < clientHeight / 3);
    this.#faces.forEach((face, index) => {
      const button = this.#buttons.get(face.number);
      if (!button) return;
      const at = places[index];
      const width = Math.max(SMALLEST, at.width + 2 * ROUND);
      const height = Math.max(SMALLEST, at.height + 2 * ROUND);
      const left = at.left + at.width / 2 - width / 2;
      const top = at.top + at.height / 2 - height / 2;
      Object.assign(button.style, { transform: `translate(${left}px, ${top}px)`, width: `${width}px`, height: `${height}px` });
      if (isArea(face)) {
        const points = face.outline.map(([x, y]) => this.viewer.onStage([x, y, x + 1, y + 1])).map((each) => `${each.left + each.width / 2 - left},${each.top + each.height / 2 - top}`).join(" ");
        for (const each of button.querySelectorAll("polygon")) each.setAttribute("points", points);
      }
      const label = /** @type {HTMLElement} */ (button.lastElementChild);
      const size = { width: LABEL.width + (label.textContent ?? "").length * LABEL.letter, height: LABEL.height };
      const spots = [
        { left, top: top - size.height - 2 }, { left, top: top + height + 2 },
        { left: left + width - size.width, top: top - size.height - 2 }, { left: left + width - size.width, top: top + height + 2 },
        { left: left + width + 2, top }, { left: left - size.width - 2, top },
        { left: left + width + 2, top: top + height - size.height }, { left: left - size.width - 2, top: top + height - size.height },
        ...(isArea(face) ? [{ left: left + 3, top: top + 3 }, { left: left + width - size.width - 3, top: top + height - size.height - 3 }] : []), // one may fill the picture
      ].map((spot) => ({ ...spot, ...size }));
      const inside = (/** @type {any} */ spot) => spot.left >= 0 && spot.top >= 0 && spot.left + spot.width <= clientWidth && spot.top + spot.height <= clientHeight;
      const clear = (/** @type {any} */ spot) => !taken.some((each) => overlap(each, spot)) && !areas.some((each) => overlap(each, spot)) && !labels.some((each) => overlap(each, spot));
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

  /** @param {PartName} number */
  button(number) {
    return this.#buttons.get(number) ?? null;
  }

  /** The face or area that has the focus; null where none has it. */
  get focused() {
    const focused = [...this.#buttons].find(([, button]) => button === document.activeElement);
    return focused ? focused[0] : null;
  }

  /** Whether the face or area can be seen on the stage. @param {Part} face */
  isSeen(face) {
    const at = this.viewer.onStage(face.box);
    return at.left + at.width > 8 && at.top + at.height > 8 && at.left < this.layer.clientWidth - 8 && at.top < this.layer.clientHeight - 8;
  }
}

/** @param {any} one @param {any} other */
function overlap(one, other) {
  return one.left < other.left + other.width && other.left < one.left + one.width && one.top < other.top + other.height && other.top < one.top + one.height;
}

