// The photo view: one picture, large, and everything that can be answered about it, by one key each.

import { get, post, upload } from "./api.js";
import { facesInWords } from "./actions.js";
import { Boxes } from "./boxes.js";
import { h, icon, styled } from "./dom.js";
import { Drawing } from "./drawing.js";
import { OutlineDrawing } from "./outline_drawing.js";
import { Filmstrip } from "./filmstrip.js";
import { LargePictures, decoded } from "./large_pictures.js";
import { Panel } from "./panel.js";
import { formPicker } from "./register.js";
import { SamePerson } from "./same_person.js";
import { say, tellRefused, toast } from "./shell.js";
import { canApprove, hasWork, isArea, isOpen, isShown, openParts, partsOf, possibleFaces, questionsOf, unansweredAreas } from "./store.js";
import { hideAreas, noFaces } from "./sweep.js";
import { Viewer } from "./viewer.js";

/** @typedef {import("./store.js").Row} Row @typedef {import("./store.js").PartName} PartName @typedef {import("./store.js").Target} Target */

export class PhotoView {
  /** The photo that is open; 0 where none is. */
  number = 0;

  /** The face or area that answers are about. @type {PartName | null} */
  face = null;

  /** Which face or area to go to when a photo opens. @type {PartName | null} */
  faceWanted = null;

  /** The channel whose picture is shown in place of the photo. @type {string | null} */
  #channel = null;

  #asking = false;

  /** @type {number[]} */
  #kept = [];

  /** Whether the picture follows the face that has the focus. */
  #follows = false;

  #wordsOpen = false;

  /** The words that are shown. @type {{close: () => Promise<boolean>, focus: () => void} | null} */
  #mounted = null;

  #pictures = new LargePictures();

  /**
   * @param {HTMLElement} root
   * @param {{store: import("./store.js").Store, actions: import("./actions.js").Actions, keys: import("./keys.js").Keys,
   *   register: import("./register.js").Register, table: import("./light_table.js").LightTable, close: () => void}} given
   */
  constructor(root, { store, actions, keys, register, table, close }) {
    this.root = root;
    this.store = store;
    this.actions = actions;
    this.keys = keys;
    this.register = register;
    this.table = table;
    this.close = close;
    this.#build();
    this.#wire();
    this.#addKeys();
  }

  #build() {
    const tool = (/** @type {string} */ name, /** @type {string} */ words, /** @type {string} */ key, /** @type {() => void} */ run) =>
      h("button", { type: "button", class: "button bare quiet", "aria-label": words, title: `${words} (${key})`, onclick: run }, icon(name));
    this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "picture", role: "img" }));
    this.layer = h("div", { class: "faces" });
    this.message = h("p", { class: "stage-message", hidden: true });
    this.channels = h("div", { class: "row published-channels" });
    this.publishedBar = h("div", { class: "tools published-bar", role: "region", "aria-label": "As it will be published", hidden: true }, this.channels);
    this.pan = h("div", { class: "row pan-tools" },
      tool("left", "Look further left", "Shift ←", () => this.viewer.panBy(120, 0)), tool("up", "Look further up", "Shift ↑", () => this.viewer.panBy(0, 120)),
      tool("down", "Look further down", "Shift ↓", () => this.viewer.panBy(0, -120)), tool("right", "Look further right", "Shift →", () => this.viewer.panBy(-120, 0)));
    this.stage = h("div", { class: "stage", id: "stage", tabindex: "0", role: "group", "aria-describedby": "stage-help" }, this.canvas, this.layer, this.message, this.publishedBar);
    this.tools = h("div", { class: "tools stage-tools", role: "group", "aria-label": "Picture" },
      h("button", { type: "button", class: "button quiet", onclick: () => this.close() }, icon("grid"), h("span", { class: "wide-only", text: "All photos" }), h("kbd", { text: "G" })),
      h("span", { class: "grow" }),
      this.pan,
      tool("minus", "Smaller", "−", () => this.viewer.zoomBy(1 / 1.4)), tool("plus", "Larger", "+", () => this.viewer.zoomBy(1.4)), tool("fit", "All of the picture", "0", () => this.#fit()),
      h("button", { type: "button", class: "button quiet", onclick: () => this.draw(), title: "Draw a box round a face that was missed (B)" }, icon("box"), h("span", { class: "wide-only", text: "Draw a box" }), h("kbd", { text: "B" })),
      h("button", { type: "button", class: "button quiet", onclick: () => this.drawArea(), title: "Draw an area to hide anything (D)" }, icon("area"), h("span", { class: "wide-only", text: "Hide an area" }), h("kbd", { text: "D" })),
      h("button", { type: "button", class: "button quiet", onclick: () => this.actions.undo(), title: "Undo (U)" }, icon("undo"), h("span", { class: "wide-only", text: "Undo" }), h("kbd", { text: "U" })),
      h("button", { type: "button", class: "button bare quiet", "aria-label": "Keys", title: "Keys (?)", onclick: () => this.keys.show() }, icon("keys")));
    this.side = h("aside", { class: "panel", "aria-label": "Answers" });
    this.sameBar = h("div", { class: "same-bar", role: "region", "aria-label": "Same person, chosen faces", hidden: true });
    this.words = h("section", { class: "words-panel", "aria-label": "Title and caption", hidden: true });
    this.viewer = new Viewer(this.stage, this.canvas);
    this.boxes = new Boxes(this.layer, this.viewer);
    this.same = new SamePerson(this.stage, this.store, { look: (photo, face) => { this.same.showFaces(false); this.go(photo, face); } });
    this.drawing = new Drawing(this.stage, this.viewer, { keep: (box, face) => this.#keep(box, face), keepArea: (outline, kind) => { this.render(); this.#keepArea(outline, kind); },
      corners: () => this.#drawCorners(), drop: () => { this.render(); this.focus(); } });
    this.outline = new OutlineDrawing(this.stage, this.viewer, { keep: (outline, kind) => this.#keepArea(outline, kind), box: () => this.drawArea(), drop: () => { this.render(); this.focus(); } });
    this.strip = new Filmstrip(this.store, (number) => this.go(number));
    this.panel = new Panel(this.side, this.store, {
      step: (/** @type {number} */ way) => this.step(way), tap: (/** @type {PartName} */ face) => this.#tapped(face),
      answer: (/** @type {string} */ kind) => this.answer(kind), take: (/** @type {string} */ reference) => this.#decide("release", reference),
      again: () => this.again(), drawArea: () => this.drawArea(), noFaces: () => this.#noFaces(), hideAreas: () => this.#hideAreas(), same: () => this.samePerson(), resize: () => this.resize(), published: () => this.published(), next: () => this.next(),
      words: () => this.showWords(), go: (/** @type {number} */ number) => this.go(number), reopen: () => this.#decide("reopen"), approve: () => this.approve(),
      bringBack: () => this.actions.decide({ photos: [this.number], kind: "reopen", value: "exclude" }),
      question: (/** @type {string} */ kind, /** @type {string} */ value, /** @type {string} */ note) => this.#answerPhoto(kind, value, note),
    });
    this.root.append(
      h("p", { class: "visually-hidden", id: "stage-help", text: "Tab goes to the next face or area that needs an answer, Escape back to all photos, F6 to the answers." }),
      this.tools, this.stage, this.side, this.words, this.strip.element);
    this.root.after(this.sameBar); // it stays while one looks for the person among all photos
  }

  #wire() {
    this.viewer.onView = () => {
      this.boxes.place();
      this.drawing.place();
      this.outline.place();
      this.pan.hidden = this.viewer.isFitted;
    };
    this.boxes.onFocus = (face) => this.#setFace(face);
    this.boxes.onTap = (face) => this.#tapped(face);
    this.boxes.isChosen = (face) => typeof face === "number" && this.same.has(this.number, face);
    this.same.onChange = () => {
      this.#showSameBar();
      this.render();
      if (!this.same.isOn && this.number) this.focus();
    };
    this.actions.onRefused = (photo, face) => {
      if (!this.root.hidden) this.go(photo, face);
    };
    this.actions.onUndone = (photo, face) => {
      if (!this.root.hidden) this.go(photo, face);
    };
  }

  get row() {
    return /** @type {Row} */ (this.store.rows.get(this.number));
  }

  get current() {
    return this.store.part(this.number, this.face);
  }

  // -- shown and hidden

  /** @param {number} number */
  show(number) {
    this.root.hidden = false;
    if (number !== this.number) this.#open(number);
    this.#showSameBar();
    this.focus();
  }

  hide() {
    if (this.root.hidden) return;
    this.drawing.drop();
    this.outline.drop();
    this.#closeWords();
    this.root.hidden = true;
    this.#kept = [];
    this.number = 0;
    this.face = null;
    if (this.same.isOpen) this.same.showFaces(false);
    this.#showSameBar();
  }

  #open(/** @type {number} */ number) {
    this.drawing.drop();
    this.outline.drop();
    this.number = number;
    this.#asking = false;
    this.panel.answered();
    this.#channel = null;
    this.publishedBar.hidden = true;
    this.stage.classList.remove("published-now");
    this.viewer.reserve(0);
    this.message.hidden = true;
    const { row } = this;
    this.viewer.open(row.width, row.height);
    const wanted = this.store.part(number, this.faceWanted) ?? openParts(row)[0] ?? (questionsOf(row).length ? null : partsOf(row)[0]);
    this.faceWanted = null;
    this.face = wanted?.number ?? null;
    document.title = document.title.replace(/^[^–]*/, `Photo ${number} `);
    this.#showPicture();
    this.render();
    if (this.#follows) this.#follow();
    this.side.scrollTo(0, 0);
    if (this.#wordsOpen) this.#mountWords();
    this.#ahead();
  }

  /** Another photo, without an entry in the browser's history. @param {number} number @param {PartName | null} [face] */
  go(number, face = null) {
    if (!this.store.rows.has(number)) return;
    if (number === this.number) {
      if (face) this.#setFace(face);
      this.render();
      this.focus();
      return;
    }
    if (this.same.isOpen) this.same.showFaces(false);
    this.faceWanted = face;
    history.replaceState(null, "", `#${number}`);
    this.#open(number);
    this.focus();
  }

  /** @param {number[]} numbers @param {string} why */
  changed(numbers, why) {
    if (this.root.hidden || !this.number) return;
    if (why === "all" || numbers.includes(this.number)) {
      if (!this.row) {
        this.close();
        return;
      }
      if (this.face && !this.current) this.face = openParts(this.row)[0]?.number ?? null;
      this.#showPicture();
    }
    this.render();
  }

  render() {
    if (this.root.hidden || !this.row) return;
    const { row } = this;
    this.stage.setAttribute("aria-label", row.alt);
    this.canvas.setAttribute("aria-label", row.alt);
    this.layer.hidden = this.#channel !== null || this.isDrawing || this.same.isOpen;
    this.boxes.show(row.number, partsOf(row), this.face);
    const { last } = this.actions;
    this.panel.show(row, this.face, {
      same: this.same.faces, asking: this.#asking, left: this.store.left,
      last: last && { ...last, words: last.kind === "release" ? last.value : [this.store.answer(last.kind)?.label ?? last.kind, last.note].filter(Boolean).join(", ") },
    });
    this.panel.showCloseUp(this.#pictures.now(row), row, this.current);
    this.strip.show(this.#order(), row.number);
  }

  /** The photos in the order of the light table when one came from it: an answer moves nothing under one's hands. */
  #order() {
    if (!this.#kept.includes(this.number)) {
      const { order } = this.table;
      this.#kept = order.includes(this.number) ? order : this.store.numbers;
    }
    return this.#kept;
  }

  async #showPicture() {
    const { row } = this;
    const channel = this.#channel;
    if (channel) return;
    if (!isShown(row)) {
      const [need] = row.needs;
      this.message.textContent = need ? [need.sentence, need.hint].filter(Boolean).join(" ") : row.word;
      this.message.hidden = false;
      return;
    }
    const ready = this.#pictures.now(row);
    if (ready) {
      this.viewer.draw(ready);
      this.message.hidden = true;
      return;
    }
    this.#small(row);
    try {
      const picture = await this.#pictures.get(row);
      if (this.number !== row.number || this.#channel) return;
      this.viewer.draw(picture);
      this.message.hidden = true;
      this.panel.showCloseUp(picture, this.row, this.current);
    } catch (error) {
      if (this.number !== row.number) return;
      const said = /** @type {any} */ (error);
      this.message.textContent = said.reason ? [said.reason, said.hint].filter(Boolean).join(" ") : "The large picture cannot be shown.";
      this.message.hidden = false;
    }
  }

  /** The small picture, until the large one is there. */
  #small(/** @type {Row} */ row) {
    const small = new Image();
    small.src = `/pictures/thumb/${row.number}?v=${encodeURIComponent(row.picture ?? "")}`;
    small.decode().then(() => {
      if (this.number === row.number && !this.#pictures.now(row) && !this.#channel) this.viewer.draw({ source: small, width: small.naturalWidth, height: small.naturalHeight });
    }, () => {});
  }

  #ahead() {
    const order = this.#order();
    const at = order.indexOf(this.number);
    const next = this.#nextWithWork(1);
    const numbers = [...new Set([next, order[at + 1], order[at + 2], order[at - 1]])].filter((each) => each && each !== this.number).slice(0, 3);
    const ahead = numbers.map((each) => /** @type {Row} */ (this.store.rows.get(/** @type {number} */ (each)))).filter((row) => row && isShown(row));
    (isShown(this.row) ? this.#pictures.get(this.row) : Promise.resolve()).catch(() => {}).then(() => {
      if (!this.root.hidden) this.#pictures.ahead(ahead);
    });
  }

  // -- the focus

  #setFace(/** @type {PartName} */ face) {
    if (this.face === face) return;
    this.face = face;
    if (this.#asking) this.#stopAsking();
    this.#follow();
    this.render();
  }

  #follow() {
    const { current } = this;
    if (!current) return;
    if (this.#follows) this.viewer.show(current.box);
    else if (!this.viewer.isFitted && !this.boxes.isSeen(current)) this.viewer.show(current.box);
  }

  /** The focus where one works: on the face or area, else on the first question, else on the picture. */
  focus() {
    if (this.root.hidden || document.querySelector("dialog[open]")) return;
    if (this.same.isOpen) return;
    if (this.words.contains(document.activeElement)) return;
    const button = this.face && !this.layer.hidden ? this.boxes.button(this.face) : null;
    if (button) button.focus({ preventScroll: true });
    else if (!(this.row && !openParts(this.row).length && this.panel.focusQuestion())) this.stage.focus({ preventScroll: true });
  }

  /** @param {number} way 1 or -1 */
  step(way) {
    const order = this.#order();
    const to = order[order.indexOf(this.number) + way];
    if (to) this.go(to);
    else say(way > 0 ? "This is the last photo" : "This is the first photo");
  }

  #nextWithWork(/** @type {number} */ way) {
    const order = this.#order();
    const at = order.indexOf(this.number);
    for (let step = 1; step < order.length; step += 1) {
      const number = order[(at + way * step + order.length * 2) % order.length];
      const row = this.store.rows.get(number);
      if (row && hasWork(row)) return number;
    }
    return [...this.store.rows.values()].find((row) => row.number !== this.number && hasWork(row))?.number ?? 0;
  }

  /** On to the next face or area that needs an answer, in this photo or another. @param {number} [way] */
  next(way = 1) {
    const open = openParts(this.row).map((each) => each.number);
    const all = partsOf(this.row).map((each) => each.number);
    const at = this.face === null ? (way > 0 ? -1 : all.length) : all.indexOf(this.face);
    const rest = way > 0 ? all.slice(at + 1) : all.slice(0, Math.max(0, at)).reverse();
    const here = rest.find((each) => open.includes(each));
    if (here) {
      this.go(this.number, here);
      return;
    }
    const inQuestions = this.panel.questions.contains(document.activeElement);
    if (way > 0 && questionsOf(this.row).length && !inQuestions) {
      this.panel.focusQuestion();
      return;
    }
    const number = this.#nextWithWork(way);
    if (number) {
      const row = /** @type {Row} */ (this.store.rows.get(number));
      const faces = openParts(row);
      this.go(number, faces[way > 0 ? 0 : faces.length - 1]?.number ?? null);
    } else if (open.length) {
      this.go(this.number, open[way > 0 ? 0 : open.length - 1]);
    } else {
      say(this.store.left ? "Every photo is answered" : "Nothing is left to do: finish");
      this.render();
      this.focus();
    }
  }

  /** After an answer: what comes next, without leaving what is open in this photo behind. */
  #advance() {
    const open = openParts(this.row).map((each) => each.number);
    const all = partsOf(this.row).map((each) => each.number);
    const at = this.face === null ? -1 : all.indexOf(this.face);
    const after = open.find((each) => all.indexOf(each) > at) ?? open[0];
    if (after) this.go(this.number, after);
    else this.next();
  }

  #tapped(/** @type {PartName} */ face) {
    if (this.same.isOn && typeof face === "number") this.same.toggle(this.number, face);
    this.go(this.number, face);
  }

  // -- answers

  #addKeys() {
    const active = () => !this.root.hidden && !this.isDrawing;
    const onPicture = () => {
      const at = document.activeElement;
      return !at || at === document.body || this.stage.contains(at);
    };
    const arrows = () => onPicture() && !this.same.isOpen;
    const between = () => arrows() || !!document.activeElement?.matches(".question");
    /** @type {import("./keys.js").Binding[]} */
    const answers = [...new Set([...this.store.faceAnswers, ...this.store.areaAnswers])].filter((each) => each.key).map((each) =>
      ({ keys: [each.key.toLowerCase()], words: each.about.includes("area") && !each.about.includes("face") ? `${each.label} (an area)` : each.label,
        run: () => this.answer(each.kind), when: () => this.#takes(each) }));
    this.keys.add("One face or area", active, [
      ...answers,
      { keys: ["."], words: "The same answer again", run: () => this.again() },
      { keys: ["m"], words: "Same person: choose the others, answer once", run: () => this.samePerson() },
      { keys: ["a"], words: "Approve what somebody else said", run: () => this.approve(), when: () => this.#canApprove() },
      { keys: ["e"], words: "Enlarge the face's box", run: () => this.resize() },
      { keys: ["u"], words: "Undo", run: () => this.actions.undo() },
    ]);
    this.keys.add("From one to the next", active, [
      { keys: ["Tab"], shown: ["Tab", "ArrowRight"], words: "Next face or area that needs an answer, here or in the next photo", run: () => this.next(1), when: () => arrows() && this.keys.single && this.#somethingLeft() },
      { keys: ["ArrowRight"], words: "", run: () => this.next(1), when: between },
      { keys: ["Shift+Tab"], shown: ["Shift+Tab", "ArrowLeft"], words: "The one before", run: () => this.next(-1), when: () => arrows() && this.keys.single && this.#somethingLeft() },
      { keys: ["ArrowLeft"], words: "", run: () => this.next(-1), when: between },
      { keys: ["ArrowDown"], shown: ["ArrowUp", "ArrowDown"], words: "Any face or area of the photo", run: () => this.#anyFace(1), when: arrows },
      { keys: ["ArrowUp"], words: "", run: () => this.#anyFace(-1), when: arrows },
      { keys: ["PageDown"], shown: ["PageUp", "PageDown"], words: "Photo before, photo after", run: () => this.step(1) },
      { keys: ["PageUp"], words: "", run: () => this.step(-1) },
      { keys: ["F6"], words: "Picture, answers, filmstrip, pages", run: () => this.#region(1) },
      { keys: ["Shift+F6"], words: "", run: () => this.#region(-1) },
      { keys: ["g"], shown: ["G", "Escape"], words: "All photos", run: () => this.close() },
      { keys: ["Escape"], words: "", run: () => this.#escape() },
    ]);
    this.keys.add("The picture", active, [
      { keys: ["+", "="], shown: ["+", "-"], words: "Larger, smaller; the wheel does too", run: () => this.viewer.zoomBy(1.4) },
      { keys: ["-", "_"], words: "", run: () => this.viewer.zoomBy(1 / 1.4) },
      { keys: ["0"], words: "All of the picture", run: () => this.#fit() },
      { keys: ["z"], words: "Close to the face or area, and follow it", run: () => this.#close() },
      { keys: ["Shift+ArrowLeft"], shown: ["Shift+ArrowRight"], words: "Move the picture", run: () => this.viewer.panBy(80, 0), when: arrows },
      { keys: ["Shift+ArrowRight"], words: "", run: () => this.viewer.panBy(-80, 0), when: arrows },
      { keys: ["Shift+ArrowUp"], words: "", run: () => this.viewer.panBy(0, 80), when: arrows },
      { keys: ["Shift+ArrowDown"], words: "", run: () => this.viewer.panBy(0, -80), when: arrows },
      { keys: ["b"], words: "Draw a box round a face that was missed", run: () => this.draw() },
      { keys: ["d"], words: "Draw an area to hide anything", run: () => this.drawArea() },
      { keys: ["p"], words: "As it will be published; again for the next channel", run: () => this.published() },
      { keys: ["c"], words: "Title and caption", run: () => this.showWords() },
      { keys: ["q"], words: "Questions about the photo", run: () => { if (!this.panel.focusQuestion({ typing: true })) say("This photo has no open question"); } },
      { keys: ["?"], words: "These keys", run: () => this.keys.show() },
    ]);
  }

  #somethingLeft() {
    return hasWork(this.row) || this.#nextWithWork(1) > 0;
  }

  #anyFace(/** @type {number} */ way) {
    const all = partsOf(this.row).map((each) => each.number);
    if (!all.length) return;
    const at = this.face === null ? (way > 0 ? -1 : 0) : all.indexOf(this.face);
    this.go(this.number, all[(at + way + all.length) % all.length]);
  }

  #escape() {
    if (this.#asking) this.#stopAsking(true);
    else if (this.#channel) this.#leavePublished();
    else if (this.#wordsOpen) this.showWords();
    else if (this.same.isOn) this.same.stop();
    else if (!this.viewer.isFitted) this.#fit();
    else this.close();
  }

  #region(/** @type {number} */ way) {
    const places = [
      { holds: this.stage, go: () => this.focus() },
      { holds: this.side, go: () => /** @type {HTMLElement | null} */ (this.side.querySelector(".answers button, .panel-questions input, button"))?.focus() },
      { holds: this.strip.element, go: () => this.strip.focus() },
      { holds: document.querySelector(".shell"), go: () => /** @type {HTMLElement | null} */ (document.querySelector(".shell-nav a"))?.focus() },
    ];
    const at = places.findIndex(({ holds }) => holds?.contains(document.activeElement));
    places[(Math.max(0, at) + way + places.length) % places.length].go();
  }

  /** Whether a key answers for what has the focus: where nothing has it, one of a face says what to do. */
  #takes(/** @type {import("./store.js").Answer} */ each) {
    const { current } = this;
    if (each.kind === "exclude") return true;
    return current ? this.store.answersFor(current).some(({ kind }) => kind === each.kind) : each.about.includes("face");
  }

  /** @returns {Target[]} */
  #targets() {
    const same = /** @type {Target[]} */ (this.same.faces);
    if (same.length) return same;
    return this.current ? [[this.number, this.current.number]] : [];
  }

  /** One of the answers that the profile allows. @param {string} kind */
  answer(kind) {
    const known = this.store.answer(kind);
    if (!known) return;
    this.#leavePublished();
    if (kind === "exclude") {
      if (this.row.excluded) {
        say("The photo is left out already");
        return;
      }
      this.#ask(() => this.panel.askReason({ title: `Why is photo ${this.number} left out?`, reasons: [], cancel: () => this.#stopAsking(true),
        take: (note) => { this.#stopAsking(); this.#answerPhoto("exclude", "", note); } }));
      return;
    }
    const targets = this.#targets();
    if (!targets.length) {
      toast(partsOf(this.row).length ? "Choose a face or an area first." : "This photo has no face. B draws a box round one that was missed, D an area to hide.");
      return;
    }
    const { current } = this;
    if (current && isArea(current) && !this.same.isOn) {
      this.#answerArea(kind, current, known.needs === "reason");
    } else if (known.needs === "form") {
      const picker = formPicker({ register: this.register, suggestion: current?.suggestion ?? null,
        take: (reference) => { this.#stopAsking(); this.#decide(kind, reference); }, cancel: () => this.#stopAsking(true) });
      this.#ask(() => this.panel.ask(picker.element, picker.focus));
    } else if (known.needs === "reason") {
      this.#ask(() => this.panel.askReason({ title: targets.length > 1 ? "Why can nobody tell who these are?" : "Why can nobody tell who it is?", reasons: this.store.batch.reasons,
        cancel: () => this.#stopAsking(true), take: (note) => { this.#stopAsking(); this.#decide(kind, "", note); } }));
    } else {
      this.#decide(kind);
    }
  }

  /** @param {string} kind @param {import("./store.js").Area} area @param {boolean} needsReason */
  #answerArea(kind, area, needsReason) {
    if (!needsReason && !(kind === "misread" && area.blocks)) {
      this.#decide(kind);
      return;
    }
    this.#ask(() => this.panel.askReason({ title: kind === "fine" ? `Why may area ${area.letters} be seen?` : `What else is area ${area.letters}?`, reasons: this.store.batch.area_reasons[kind] ?? [],
      cancel: () => this.#stopAsking(true), take: (note) => { this.#stopAsking(); this.#decide(kind, "", note); } }));
  }

  #ask(/** @type {() => void} */ show) {
    this.#asking = true;
    if (this.same.isOpen) this.same.showFaces(false);
    this.faceSectionShown();
    show();
  }

  /** The answers are in the section of the face; a photo without one shows it for its own answers. */
  faceSectionShown() {
    this.panel.faceSection.hidden = false;
  }

  #stopAsking(focus = false) {
    this.#asking = false;
    this.panel.answered();
    this.render();
    if (focus) this.focus();
  }

  #decide(/** @type {string} */ kind, value = "", note = "") {
    const faces = this.#targets();
    if (!faces.length) return;
    if (kind === "release") this.register.use(value);
    this.actions.decide({ parts: faces, kind, value, note });
    if (this.same.isOn) {
      toast(`One answer for ${facesInWords(faces)}`, { kind: "done", silent: true });
      this.same.stop();
    }
    if (kind === "reopen" || kind === "refused") {
      this.render(); // it is still to be hidden, so it stays the one to answer
      this.focus();
    } else {
      this.#advance();
    }
  }

  /** The answer that was given last, for this face too. */
  again() {
    const { last } = this.actions;
    if (!last || last.kind === "reopen") {
      say("There is no answer to give again yet");
      return;
    }
    this.#leavePublished();
    const { current } = this;
    const offered = current && !this.same.isOn ? this.store.answersFor(current) : this.store.faceAnswers;
    if (!offered.some(({ kind }) => kind === last.kind)) say("The last answer is none for this");
    else if (current && isArea(current) && last.kind === "misread" && current.blocks && !last.note) this.answer(last.kind);
    else if (this.#targets().length) this.#decide(last.kind, last.value, last.note);
  }

  #answerPhoto(/** @type {string} */ kind, /** @type {string} */ value, /** @type {string} */ note) {
    this.actions.decide({ photos: [this.number], kind, value, note });
    if (openParts(this.row).length) this.#advance();
    else if (questionsOf(this.row).length) this.panel.focusQuestion();
    else this.next();
  }

  #canApprove() {
    const { current } = this;
    return !!current && canApprove(current);
  }

  /** A second person approves what the first has said. */
  approve() {
    const { current } = this;
    if (!current?.answer) return;
    this.actions.decide({ parts: [[this.number, current.number]], kind: "approve" });
    this.#advance();
  }

  // -- boxes

  /** Draw a box round a face that was missed. */
  draw() {
    this.#leavePublished();
    if (this.same.isOpen) this.same.showFaces(false);
    this.drawing.start(this.row, null);
    this.layer.hidden = true;
  }

  /** A larger box for the face; it always covers what it covered before. */
  resize() {
    const { current } = this;
    if (current && isArea(current)) {
      this.drawArea();
      return;
    }
    if (!current) {
      toast("Choose a face first.");
      return;
    }
    this.#leavePublished();
    this.drawing.start(this.row, current);
    this.layer.hidden = true;
  }

  async #keep(/** @type {number[]} */ box, /** @type {number | null} */ face) {
    const { number } = this;
    const before = new Set(this.row.faces.map((each) => each.number));
    this.render();
    const told = await this.actions.draw({ photo: number, box, ...(face === null ? {} : { face }) });
    if (this.number !== number || !told) {
      this.focus();
      return;
    }
    const drawn = told.face ?? face ?? this.row.faces.find((each) => !before.has(each.number))?.number ?? this.row.faces.find((each) => each.box.every((side, place) => side === box[place]))?.number;
    if (drawn) this.go(number, drawn);
    else this.focus();
  }

  get isDrawing() {
    return this.drawing.isOn || this.outline.isOn;
  }

  /** Draw an area to hide anything: a box first, corners where one wants them. */
  drawArea() {
    this.#leavePublished();
    if (this.same.isOpen) this.same.showFaces(false);
    this.drawing.start(this.row, null, true);
    this.layer.hidden = true;
  }

  #drawCorners() {
    this.outline.start(this.row);
    this.layer.hidden = true;
  }

  /** @param {number[][]} outline @param {string} kind @returns {Promise<boolean>} whether it was taken */
  async #keepArea(outline, kind) {
    const { number } = this;
    const told = await this.actions.drawArea({ photo: number, outline, kind });
    if (told) this.outline.end();
    if (this.number !== number) return !!told;
    if (told) {
      this.render();
      this.go(number, told.area);
    } else if (!this.outline.isOn) {
      this.focus();
    }
    return !!told;
  }

  #noFaces() {
    noFaces(possibleFaces(this.row).map((each) => /** @type {Target} */ ([this.number, each.number])), this).then((done) => { if (done) this.next(); });
  }

  #hideAreas() {
    hideAreas(unansweredAreas(this.row).map((each) => /** @type {Target} */ ([this.number, each.number])), this).then((done) => { if (done) this.next(); });
  }

  // -- the same person

  /** Choose the other faces of this person; again shows them or the photos. */
  samePerson() {
    this.#leavePublished();
    if (this.same.isOn) {
      this.same.showFaces(!this.same.isOpen);
      if (!this.same.isOpen) this.focus();
    } else if (this.current && !isArea(this.current)) {
      this.same.start(this.number, this.current.number);
    } else {
      toast("Choose a face first.");
    }
  }

  #showSameBar() {
    const { faces, base } = this.same;
    this.sameBar.hidden = !base || this.same.isOpen;
    if (!base) return;
    const known = this.store.rows.get(base.photo)?.faces.find((each) => each.number === base.face);
    const inPhoto = this.number > 0;
    const given = inPhoto && known?.answer && !isOpen(known) ? known.answer : null;
    const show = () => {
      if (!inPhoto) location.hash = `#${base.photo}`;
      this.same.showFaces(true);
    };
    this.sameBar.replaceChildren(
      h("strong", { text: `${faces.length} ${faces.length === 1 ? "face" : "faces"} of the same person` }),
      h("div", { class: "same-chosen" }, faces.slice(0, 8).map(([photo, face]) => h("img", { src: this.store.picture(photo, face), alt: `Face ${face} of photo ${photo}` }))),
      h("span", { class: "soft small", text: inPhoto ? "Tap faces in other photos; then answer once." : "Open a photo and tap this person there; then answer once, beside any photo." }),
      ...(given && faces.length > 1 ? [h("button", { type: "button", class: "button primary", text: `For all: ${given.label}`, onclick: () => this.#decide(given.kind, given.value, given.note) })] : []),
      h("button", { type: "button", class: "button", onclick: show }, "Show the faces ", inPhoto && h("kbd", { text: "M" })),
      h("button", { type: "button", class: "button quiet", onclick: () => this.same.stop() }, "Stop ", inPhoto && h("kbd", { text: "Esc" })));
  }

  // -- zoom

  #fit() {
    this.#follows = false;
    this.viewer.fit();
  }

  #close() {
    if (this.#follows) {
      this.#fit();
      return;
    }
    if (!this.current) return;
    this.#follows = true;
    this.viewer.show(this.current.box);
  }

  // -- as it will be published

  /** The first channel, then the next, then the photo again. */
  published() {
    const names = this.store.batch.channels.map((/** @type {any} */ each) => each.name);
    const at = this.#channel ? names.indexOf(this.#channel) : -1;
    const next = names[at + 1] ?? null;
    if (next) this.#showPublished(next);
    else this.#leavePublished();
  }

  #leavePublished() {
    if (!this.#channel) return;
    this.#channel = null;
    this.publishedBar.hidden = true;
    this.viewer.reserve(0);
    this.stage.classList.remove("published-now");
    this.viewer.open(this.row.width, this.row.height);
    this.#showPicture();
    this.render();
    this.focus();
    say("The photo again");
  }

  async #showPublished(/** @type {string} */ channel) {
    const { number, row } = this;
    this.#channel = channel;
    this.publishedBar.hidden = false;
    this.stage.classList.add("published-now");
    this.channels.replaceChildren(h("strong", { text: "As it will be published" }),
      ...this.store.batch.channels.map((/** @type {any} */ each) => h("button", { type: "button", class: "button", "aria-pressed": String(each.name === channel), text: each.name, onclick: () => this.#showPublished(each.name) })),
      h("button", { type: "button", class: "button quiet", onclick: () => this.#leavePublished() }, "Back ", h("kbd", { text: "Esc" })));
    this.viewer.reserve(this.publishedBar.offsetHeight + 14);
    this.render();
    this.stage.focus({ preventScroll: true });
    this.message.textContent = `It is being made for ${channel} …`;
    this.message.hidden = false;
    say(`As it will be published on ${channel}; it is being made`);
    try {
      const picture = await decoded(`/pictures/published/${number}/${encodeURIComponent(channel)}?v=${row.seen}`);
      if (this.number !== number || this.#channel !== channel) return;
      this.viewer.open(picture.width, picture.height);
      this.viewer.draw(picture);
      this.message.hidden = true;
      say(`As it will be published on ${channel}, ${picture.width} by ${picture.height} pixels`);
    } catch (error) {
      if (this.number !== number || this.#channel !== channel) return;
      const said = /** @type {any} */ (error);
      this.message.textContent = said.reason ? [said.reason, said.hint].filter(Boolean).join(" ") : "The picture could not be made.";
      if (!said.reason) tellRefused(error);
      say(this.message.textContent ?? "");
    }
  }

  // -- title and caption

  /** The panel of title, caption, alt text and keywords. */
  showWords() {
    if (this.#wordsOpen) {
      this.#closeWords();
      this.focus();
      return;
    }
    this.#wordsOpen = true;
    this.#mountWords(true);
  }

  async #mountWords(focus = false) {
    const { number } = this;
    this.#mounted?.close();
    this.#mounted = null;
    this.words.hidden = false;
    this.root.classList.add("with-words");
    const place = h("div", { class: "words-place" });
    this.words.replaceChildren(h("div", { class: "spread" }, h("h2", { text: `Title and caption of photo ${number}` }),
      h("button", { type: "button", class: "button quiet bare", "aria-label": "Close title and caption", onclick: () => { this.#closeWords(); this.focus(); } }, icon("close"))), place);
    this.words.onkeydown = (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.#closeWords();
      this.focus();
    };
    try {
      const { mountWords } = await import("./words.js");
      if (this.number !== number || !this.#wordsOpen) return;
      styled("/static/words.css");
      const mounted = await mountWords(place, this.row, { api: { get, post, upload }, onSaved: (/** @type {any} */ told) => this.actions.recorded(told, number) });
      if (this.number !== number || !this.#wordsOpen) {
        mounted.close();
        return;
      }
      this.#mounted = mounted;
      if (focus) mounted.focus();
    } catch (error) {
      place.replaceChildren(h("p", { class: "notice release" }, icon("release"), h("span", { text: "Title and caption cannot be shown." })));
      tellRefused(error);
    }
  }

  #closeWords() {
    this.#wordsOpen = false;
    this.#mounted?.close(); // what was changed is saved
    this.#mounted = null;
    this.words.hidden = true;
    this.words.replaceChildren();
    this.root.classList.remove("with-words");
  }
}
