// Draw, move and resize a box, of a face or of an area: by mouse, by finger, by keyboard, and by buttons for whoever cannot drag.

import { h, icon } from "./dom.js";
import { say } from "./shell.js";

/** @typedef {[number, number, number, number]} Box */

const SMALLEST = 8; // px of the photo
const EASY = 72; // px of the screen; a new box is at least as wide, so that its handles can be told apart
const EDGES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

export class Drawing {
  /** @type {Box | null} */
  #box = null;

  /** The face whose box it is; null for one that was missed. @type {number | null} */
  #face = null;

  /** Whether it is an area, and no face. */
  #area = false;

  /** @type {{edge: string, x: number, y: number, box: Box} | null} */
  #drag = null;

  #limits = { width: 1, height: 1 };

  isOn = false;

  /**
   * @param {HTMLElement} stage
   * @param {import("./viewer.js").Viewer} viewer
   * @param {{keep: (box: number[], face: number | null) => void, keepArea: (outline: number[][], kind: string) => void, corners: () => void, drop: () => void}} done
   */
  constructor(stage, viewer, done) {
    this.stage = stage;
    this.viewer = viewer;
    this.done = done;
    this.frame = h("div", { class: "drawing", tabindex: "0", role: "group", "aria-describedby": "drawing-help", hidden: true,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) }, EDGES.map((edge) => h("span", { class: `handle ${edge}`, dataset: { edge } })));
    const button = (/** @type {string} */ name, /** @type {string} */ words, /** @type {() => void} */ run) =>
      h("button", { type: "button", class: "button bare", "aria-label": words, title: words, onclick: run }, icon(name));
    this.tools = h("div", { class: "tools drawing-tools", role: "group", "aria-label": "Box of the face", hidden: true,
      onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") this.#escape(event); } },
    h("p", { id: "drawing-help", class: "small" }, this.how = h("span", { class: "for-mouse" }),
      h("kbd", { text: "←↑↓→" }), " move, ", h("kbd", { text: "Shift" }), " with them resize, ", h("kbd", { text: "Enter" }), " keeps, ", h("kbd", { text: "Esc" }), " drops"),
    h("div", { class: "row" },
      button("left", "Move left", () => this.#nudge(-1, 0, false)), button("up", "Move up", () => this.#nudge(0, -1, false)),
      button("down", "Move down", () => this.#nudge(0, 1, false)), button("right", "Move right", () => this.#nudge(1, 0, false)),
      button("plus", "Larger", () => this.#nudge(1, 1, true)), button("minus", "Smaller", () => this.#nudge(-1, -1, true)),
      this.hide = h("button", { type: "button", class: "button primary", onclick: () => this.keep() }, "Keep"),
      this.leave = h("button", { type: "button", class: "button", onclick: () => this.keep("") }, "Leave it open"),
      this.corners = h("button", { type: "button", class: "button", onclick: () => this.#toCorners() }, icon("corners"), "Corners"),
      h("button", { type: "button", class: "button", onclick: () => this.drop() }, "Drop")));
    stage.append(this.frame, this.tools);
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, () => { this.#drag = null; });
  }

  /**
   * Begin: with a box in the middle of what is seen, or with that of a face.
   * @param {{width: number, height: number}} photo @param {{number: number, box: number[]} | null} face @param {boolean} [area]
   */
  start(photo, face, area = false) {
    this.#area = area;
    this.leave.hidden = this.corners.hidden = !area;
    this.hide.textContent = area ? "Hide it" : "Keep";
    this.how.textContent = `Drag round ${area ? "what is to be hidden" : "the face"}. `;
    this.tools.setAttribute("aria-label", area ? "Area" : "Box of the face");
    this.#limits = { width: photo.width, height: photo.height };
    this.#face = face?.number ?? null;
    const [left, top, right, bottom] = this.viewer.seen;
    const size = Math.min(photo.width, photo.height / 1.3, Math.max(SMALLEST, Math.min(right - left, bottom - top) / 6, EASY / this.viewer.scale));
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    this.#set(face ? /** @type {Box} */ ([...face.box]) : [x - size / 2, y - size * 0.62, x + size / 2, y + size * 0.62]);
    this.isOn = true;
    this.viewer.canPan = false;
    this.stage.classList.add("drawing-now");
    this.frame.hidden = false;
    this.tools.hidden = false;
    // On small screens the tools are at the edge of the window, and take no room from the picture.
    if (getComputedStyle(this.tools).position === "absolute") this.viewer.reserve(this.tools.offsetHeight + 14);
    this.place();
    this.frame.focus({ preventScroll: true });
    say(face ? `Enlarge the box of face ${face.number}; what it covers stays covered. Arrow keys move it, with Shift they resize it.` : "A box is in the middle. Arrow keys move it, with Shift they resize it.");
  }

  /** @param {string} [kind] what is answered for an area; empty: nothing yet */
  keep(kind = "redact") {
    if (!this.#box) return;
    const box = this.#box.map(Math.round);
    const face = this.#face;
    this.#end();
    if (!this.#area) {
      this.done.keep(box, face);
      return;
    }
    const [left, top, right, bottom] = [box[0], box[1], box[2] - 1, box[3] - 1];
    this.done.keepArea([[left, top], [right, top], [right, bottom], [left, bottom]], kind);
  }

  /** Another shape than a box. */
  #toCorners() {
    this.#end();
    this.done.corners();
  }

  drop() {
    if (!this.isOn) return;
    this.#end();
    this.done.drop();
  }

  #end() {
    this.isOn = false;
    this.#box = null;
    this.#drag = null;
    this.viewer.canPan = true;
    this.stage.classList.remove("drawing-now");
    this.frame.hidden = true;
    this.tools.hidden = true;
    this.viewer.reserve(0);
  }

  /** Put the frame where the box is on the stage now. */
  place() {
    if (!this.#box) return;
    const at = this.viewer.onStage(this.#box);
    Object.assign(this.frame.style, { transform: `translate(${at.left}px, ${at.top}px)`, width: `${at.width}px`, height: `${at.height}px` });
  }

  #set(/** @type {Box} */ [left, top, right, bottom]) {
    const { width, height } = this.#limits;
    const [low, high] = [Math.min(left, right), Math.max(left, right)];
    const [up, down] = [Math.min(top, bottom), Math.max(top, bottom)];
    const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(most, Math.max(0, value));
    const box = /** @type {Box} */ ([within(low, width - SMALLEST), within(up, height - SMALLEST), within(high, width), within(down, height)]);
    box[2] = Math.max(box[2], box[0] + SMALLEST);
    box[3] = Math.max(box[3], box[1] + SMALLEST);
    this.#box = box;
    this.frame.setAttribute("aria-label", `${this.#area ? "Box to be hidden" : this.#face ? `Box of face ${this.#face}` : "Box of the new face"}: ${Math.round(box[2] - box[0])} by ${Math.round(box[3] - box[1])} pixels, ${Math.round(box[0])} from the left, ${Math.round(box[1])} from the top`);
    this.place();
  }

  #nudge(/** @type {number} */ x, /** @type {number} */ y, /** @type {boolean} */ resize, fast = false) {
    if (!this.#box) return;
    const step = Math.max(1, (fast ? 24 : 6) / this.viewer.scale);
    const [left, top, right, bottom] = this.#box;
    if (resize) {
      this.#set([left, top, Math.max(left + SMALLEST, right + x * step), Math.max(top + SMALLEST, bottom + y * step)]);
      return;
    }
    const { width, height } = this.#limits;
    const dx = Math.min(width - right, Math.max(-left, x * step));
    const dy = Math.min(height - bottom, Math.max(-top, y * step));
    this.#set([left + dx, top + dy, right + dx, bottom + dy]);
  }

  #escape(/** @type {KeyboardEvent} */ event) {
    event.preventDefault();
    event.stopPropagation();
    this.drop();
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] })[event.key];
    if (way) {
      event.preventDefault();
      this.#nudge(way[0], way[1], event.shiftKey, event.repeat);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.keep();
    } else if (event.key === "Escape") {
      this.#escape(event);
    }
  }

  #down(/** @type {PointerEvent} */ event) {
    const target = /** @type {Element} */ (event.target);
    if (!this.isOn || event.button > 0 || !event.isPrimary || target.closest(".tools")) return;
    event.preventDefault();
    const { x, y } = this.viewer.inPhoto(event);
    const edge = /** @type {HTMLElement | null} */ (target.closest(".handle"))?.dataset.edge ?? (target.closest(".drawing") ? "all" : "new");
    this.#drag = { edge, x, y, box: /** @type {Box} */ (edge === "new" ? [x, y, x, y] : [...(this.#box ?? [x, y, x, y])]) };
    this.stage.setPointerCapture(event.pointerId);
    this.frame.focus({ preventScroll: true });
  }

  #move(/** @type {PointerEvent} */ event) {
    if (!this.#drag || !event.isPrimary) return;
    const { edge, x, y, box } = this.#drag;
    const now = this.viewer.inPhoto(event);
    const [dx, dy] = [now.x - x, now.y - y];
    if (edge === "new") {
      if (Math.hypot(dx, dy) * this.viewer.scale > 4) this.#set([x, y, now.x, now.y]);
    } else if (edge === "all") {
      const { width, height } = this.#limits;
      const mx = Math.min(width - box[2], Math.max(-box[0], dx));
      const my = Math.min(height - box[3], Math.max(-box[1], dy));
      this.#set([box[0] + mx, box[1] + my, box[2] + mx, box[3] + my]);
    } else {
      this.#set([box[0] + (edge.includes("w") ? dx : 0), box[1] + (edge.includes("n") ? dy : 0),
        box[2] + (edge.includes("e") ? dx : 0), box[3] + (edge.includes("s") ? dy : 0)]);
    }
  }
}
