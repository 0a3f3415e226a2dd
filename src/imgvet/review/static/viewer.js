// One picture, large: zoom and pan by wheel, pinch, drag and keys. Everything outside speaks in pixels of the photo.

import { onceAFrame } from "./dom.js";

const CLOSEST = 8; // screen pixels for one of the photo
const MARGIN = 14; // px round a picture that fits

/** @typedef {{source: CanvasImageSource, width: number, height: number}} Picture */

export class Viewer {
  #width = 1;
  #height = 1;
  #scale = 1;
  #left = 0;
  #top = 0;
  #fitted = true;

  /** Px at the bottom of the stage that something else has. */
  #reserved = 0;

  /** @type {Picture | null} */
  #picture = null;

  /** @type {Map<number, {x: number, y: number}>} fingers and buttons that are down */
  #pointers = new Map();

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #calm;

  /** Called after each change of what is on the screen. */
  onView = () => {};

  /** Whether a drag moves the picture; false while somebody draws. */
  canPan = true;

  /** @param {HTMLElement} stage @param {HTMLCanvasElement} canvas */
  constructor(stage, canvas) {
    this.stage = stage;
    this.canvas = canvas;
    this.paintSoon = onceAFrame(() => this.#paint("medium"));
    new ResizeObserver(() => this.#resized()).observe(stage);
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      stage.addEventListener(name, (event) => this.#pointers.delete(/** @type {PointerEvent} */ (event).pointerId));
    }
    stage.addEventListener("dblclick", (event) => {
      if (!this.canPan || /** @type {Element} */ (event.target).closest("button, .tools")) return;
      const { x, y } = this.#local(event);
      if (this.#fitted) this.zoomBy(Math.max(2.5, 1 / this.#scale), x, y);
      else this.fit();
    });
  }

  /** Another photo, before its picture is there. @param {number} width @param {number} height */
  open(width, height) {
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    this.#picture = null;
    this.fit();
  }

  /** @param {Picture | null} picture of the photo that is open, in any size */
  draw(picture) {
    this.#picture = picture;
    this.#paint("high");
  }

  get scale() {
    return this.#scale;
  }

  get isFitted() {
    return this.#fitted;
  }

  get #fit() {
    const { clientWidth, clientHeight } = this.stage;
    return Math.max(0.001, Math.min((clientWidth - 2 * MARGIN) / this.#width, (clientHeight - this.#reserved - 2 * MARGIN) / this.#height));
  }

  /** Keep the bottom of the stage free for something else. @param {number} height px */
  reserve(height) {
    this.#reserved = height;
    if (this.#fitted) this.fit();
  }

  fit() {
    this.#fitted = true;
    this.#scale = Math.min(this.#fit, 4);
    this.#settle();
  }

  /** @param {number} factor @param {number} [x] @param {number} [y] the point of the stage that stays where it is */
  zoomBy(factor, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    const smallest = Math.min(this.#fit, 4);
    const scale = Math.min(Math.max(CLOSEST, smallest), Math.max(smallest, this.#scale * factor));
    const change = scale / this.#scale;
    this.#left = x - (x - this.#left) * change;
    this.#top = y - (y - this.#top) * change;
    this.#scale = scale;
    this.#fitted = scale <= smallest * 1.001;
    this.#settle();
  }

  /** @param {number} x @param {number} y px of the stage */
  panBy(x, y) {
    this.#left += x;
    this.#top += y;
    this.#settle();
  }

  /** Fill the stage with a part of the photo and some of what is round it. @param {number[]} box */
  show(box) {
    const [left, top, right, bottom] = box;
    const { clientWidth, clientHeight } = this.stage;
    const size = Math.max(right - left, bottom - top, 1) * 2.6;
    const smallest = Math.min(this.#fit, 4);
    this.#scale = Math.max(smallest, Math.min(CLOSEST, Math.min(clientWidth, clientHeight) / size));
    this.#fitted = false;
    this.#left = clientWidth / 2 - ((left + right) / 2) * this.#scale;
    this.#top = clientHeight / 2 - ((top + bottom) / 2) * this.#scale;
    this.#settle();
  }

  /** Where a box of the photo is on the stage, in px. @param {number[]} box */
  onStage([left, top, right, bottom]) {
    return { left: this.#left + left * this.#scale, top: this.#top + top * this.#scale,
      width: (right - left) * this.#scale, height: (bottom - top) * this.#scale };
  }

  /** The point of the photo under a point of the window, within the photo. @param {{clientX: number, clientY: number}} event */
  inPhoto(event) {
    const { x, y } = this.#local(event);
    return { x: Math.min(this.#width, Math.max(0, (x - this.#left) / this.#scale)), y: Math.min(this.#height, Math.max(0, (y - this.#top) / this.#scale)) };
  }

  /** What of the photo is on the stage. @returns {[number, number, number, number]} */
  get seen() {
    const { clientWidth, clientHeight } = this.stage;
    return [Math.max(0, -this.#left / this.#scale), Math.max(0, -this.#top / this.#scale),
      Math.min(this.#width, (clientWidth - this.#left) / this.#scale), Math.min(this.#height, (clientHeight - this.#top) / this.#scale)];
  }

  #local(/** @type {{clientX: number, clientY: number}} */ event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: event.clientX - left - this.stage.clientLeft, y: event.clientY - top - this.stage.clientTop };
  }

  /** The picture never leaves the stage: it is centred where it is smaller, and has no gap at its edges where it is larger. */
  #settle() {
    const { clientWidth, clientHeight } = this.stage;
    const within = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ room) =>
      (size <= room ? (room - size) / 2 : Math.min(room / 3, Math.max(room - size - room / 3, at)));
    this.#left = within(this.#left, this.#width * this.#scale, clientWidth);
    this.#top = within(this.#top, this.#height * this.#scale, clientHeight - (this.#fitted ? this.#reserved : 0));
    this.stage.classList.toggle("zoomed", !this.#fitted);
    this.paintSoon();
    this.onView();
    clearTimeout(this.#calm);
    this.#calm = setTimeout(() => this.#paint("high"), 120);
  }

  #resized() {
    if (!this.stage.clientWidth) return;
    if (this.#fitted) this.fit();
    else this.#settle();
  }

  #paint(/** @type {ImageSmoothingQuality} */ quality) {
    const { clientWidth, clientHeight } = this.stage;
    const dots = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * dots), Math.round(clientHeight * dots)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, width, height);
    if (!this.#picture) return;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = quality;
    context.drawImage(this.#picture.source, this.#left * dots, this.#top * dots, this.#width * this.#scale * dots, this.#height * this.#scale * dots);
  }

  #wheel(/** @type {WheelEvent} */ event) {
    if (/** @type {Element} */ (event.target).closest(".tools, .same")) return;
    event.preventDefault();
    const { x, y } = this.#local(event);
    const step = event.deltaMode === 1 ? event.deltaY * 18 : event.deltaY;
    this.zoomBy(Math.exp(-Math.max(-240, Math.min(240, step)) * (event.ctrlKey ? 0.01 : 0.0022)), x, y);
  }

  #down(/** @type {PointerEvent} */ event) {
    if (!this.canPan || event.button > 0 || /** @type {Element} */ (event.target).closest("button, .tools, .same")) return;
    this.#pointers.set(event.pointerId, this.#local(event));
    this.stage.setPointerCapture(event.pointerId);
  }

  #move(/** @type {PointerEvent} */ event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = this.#local(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (!other) {
      if (!this.#fitted) this.panBy(now.x - before.x, now.y - before.y);
      return;
    }
    const apart = (/** @type {{x: number, y: number}} */ one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
    this.#left += (now.x - before.x) / 2;
    this.#top += (now.y - before.y) / 2;
    this.zoomBy(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
  }
}
