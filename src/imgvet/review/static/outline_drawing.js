// Draw an area corner by corner: by mouse, by finger, by keyboard with a cross that the arrows move, and by buttons.

import { drawn, h, icon } from "./dom.js";
import { say } from "./shell.js";

const MOST = 100; // corners, as the server takes them
const NEAR = 18; // px of the screen from a corner within which one takes hold of it

export class OutlineDrawing {
  /** @type {[number, number][]} in pixels of the photo */
  #corners = [];

  /** Where the cross of the keyboard is. @type {[number, number]} */
  #cross = [0, 0];

  /** The corner that is dragged. @type {number | null} */
  #held = null;

  #limits = { width: 1, height: 1 };

  isOn = false;

  /**
   * @param {HTMLElement} stage
   * @param {import("./viewer.js").Viewer} viewer
   * @param {{keep: (outline: number[][], kind: string) => Promise<boolean>, box: () => void, drop: () => void}} done `keep` says whether it was taken
   */
  constructor(stage, viewer, done) {
    this.stage = stage;
    this.viewer = viewer;
    this.done = done;
    this.shape = drawn("polygon", { class: "shape" });
    this.edge = drawn("polygon", { class: "edge" });
    this.dots = drawn("g", { class: "dots" });
    this.mark = drawn("path", { class: "cross", d: "M-14 0h28M0-14v28" });
    this.frame = h("div", { class: "outline-drawing", tabindex: "0", role: "group", "aria-describedby": "outline-help", hidden: true,
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) }, drawn("svg", {}, this.shape, this.edge, this.dots, this.mark));
    const button = (/** @type {string} */ name, /** @type {string} */ words, /** @type {() => void} */ run) =>
      h("button", { type: "button", class: "button bare", "aria-label": words, title: words, onclick: run }, icon(name));
    this.tools = h("div", { class: "tools drawing-tools", role: "group", "aria-label": "Area", hidden: true,
      onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Escape") this.#escape(event); } },
    h("p", { id: "outline-help", class: "small" }, h("span", { class: "for-mouse", text: "Click from corner to corner. " }),
      h("kbd", { text: "←↑↓→" }), " move the cross, ", h("kbd", { text: "Space" }), " sets a corner, ", h("kbd", { text: "⌫" }), " takes it back, ", h("kbd", { text: "Enter" }), " hides, ", h("kbd", { text: "Esc" }), " drops"),
    h("div", { class: "row" },
      button("left", "Cross left", () => this.#moveCross(-1, 0)), button("up", "Cross up", () => this.#moveCross(0, -1)),
      button("down", "Cross down", () => this.#moveCross(0, 1)), button("right", "Cross right", () => this.#moveCross(1, 0)),
      button("plus", "Set a corner at the cross", () => this.#add(this.#cross)), button("undo", "Take the last corner back", () => this.#back()),
      h("button", { type: "button", class: "button primary", onclick: () => this.keep("redact") }, "Hide it"),
      h("button", { type: "button", class: "button", onclick: () => this.keep("") }, "Leave it open"),
      h("button", { type: "button", class: "button", onclick: () => this.#toBox() }, icon("box"), "Box"),
      h("button", { type: "button", class: "button", onclick: () => this.drop() }, "Drop")));
    stage.append(this.frame, this.tools);
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, () => { this.#held = null; });
  }

  /** Begin without a corner, the cross in the middle of what is seen. @param {{width: number, height: number}} photo */
  start(photo) {
    this.#limits = { width: photo.width, height: photo.height };
    this.#corners = [];
    const [left, top, right, bottom] = this.viewer.seen;
    this.#cross = this.#within([(left + right) / 2, (top + bottom) / 2]);
    this.isOn = true;
    this.viewer.canPan = false;
    this.stage.classList.add("drawing-now");
    this.frame.hidden = false;
    this.tools.hidden = false;
    if (getComputedStyle(this.tools).position === "absolute") this.viewer.reserve(this.tools.offsetHeight + 14);
    this.#show();
    this.frame.focus({ preventScroll: true });
    say("Set corners from one to the next. Arrow keys move the cross, Space sets a corner.");
  }

  /** @param {string} kind what is answered for it; empty: nothing yet */
  async keep(kind) {
    if (this.#corners.length < 3) {
      say("An area needs at least three corners.");
      this.frame.focus({ preventScroll: true });
      return;
    }
    const taken = await this.done.keep(this.#corners.map(([x, y]) => [Math.floor(x), Math.floor(y)]), kind);
    if (!taken && this.isOn) this.frame.focus({ preventScroll: true });
  }

  drop() {
    if (!this.isOn) return;
    this.end();
    this.done.drop();
  }

  /** No longer drawing. */
  end() {
    this.isOn = false;
    this.#held = null;
    this.viewer.canPan = true;
    this.stage.classList.remove("drawing-now");
    this.frame.hidden = true;
    this.tools.hidden = true;
    this.viewer.reserve(0);
  }

  #toBox() {
    this.end();
    this.done.box();
  }

  /** Put everything where it is on the stage now. */
  place() {
    if (!this.isOn) return;
    const at = ([x, y]) => { const { left, top } = this.viewer.onStage([x, y, x, y]); return [left, top]; };
    const places = this.#corners.map(at);
    const points = places.map((each) => each.join(",")).join(" ");
    this.shape.setAttribute("points", points);
    this.edge.setAttribute("points", points);
    this.dots.replaceChildren(...places.map(([x, y]) => drawn("circle", { cx: String(x), cy: String(y), r: "6" })));
    const [x, y] = at(this.#cross);
    this.mark.setAttribute("transform", `translate(${x} ${y})`);
  }

  #show() {
    const [x, y] = this.#cross.map(Math.round);
    this.frame.setAttribute("aria-label", `Area with ${this.#corners.length} corners; the cross is ${x} from the left, ${y} from the top`);
    this.place();
  }

  /** @param {[number, number]} corner @returns {[number, number]} */
  #within([x, y]) {
    return [Math.min(this.#limits.width - 1, Math.max(0, x)), Math.min(this.#limits.height - 1, Math.max(0, y))];
  }

  #add(/** @type {[number, number]} */ corner) {
    if (this.#corners.length >= MOST) {
      say(`An area has at most ${MOST} corners.`);
      return;
    }
    this.#corners.push(this.#within(corner));
    say(`Corner ${this.#corners.length}`);
    this.#show();
  }

  #back() {
    if (this.#corners.pop()) say(`${this.#corners.length} corners`);
    this.#show();
  }

  #moveCross(/** @type {number} */ x, /** @type {number} */ y, fast = false) {
    const step = Math.max(1, (fast ? 30 : 8) / this.viewer.scale);
    this.#cross = this.#within([this.#cross[0] + x * step, this.#cross[1] + y * step]);
    this.#show();
  }

  #escape(/** @type {KeyboardEvent} */ event) {
    event.preventDefault();
    event.stopPropagation();
    this.drop();
  }

  #key(/** @type {KeyboardEvent} */ event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] })[event.key];
    if (event.key === "Escape") this.#escape(event);
    else if (way) this.#moveCross(way[0], way[1], event.shiftKey || event.repeat);
    else if (event.key === " ") this.#add(this.#cross);
    else if (event.key === "Backspace") this.#back();
    else if (event.key === "Enter") this.keep("redact");
    else return;
    event.preventDefault();
  }

  #down(/** @type {PointerEvent} */ event) {
    if (!this.isOn || event.button > 0 || !event.isPrimary || /** @type {Element} */ (event.target).closest(".tools")) return;
    event.preventDefault();
    const { x, y } = this.viewer.inPhoto(event);
    const near = this.#corners.findIndex(([cx, cy]) => Math.hypot(cx - x, cy - y) * this.viewer.scale < NEAR);
    if (near < 0) this.#add([x, y]);
    this.#held = near < 0 ? this.#corners.length - 1 : near;
    this.#cross = this.#within([x, y]);
    this.stage.setPointerCapture(event.pointerId);
    this.frame.focus({ preventScroll: true });
    this.#show();
  }

  #move(/** @type {PointerEvent} */ event) {
    if (!this.isOn || this.#held === null || !event.isPrimary) return;
    const { x, y } = this.viewer.inPhoto(event);
    this.#cross = this.#within([x, y]);
    this.#corners[this.#held] = this.#cross;
    this.#show();
  }
}
