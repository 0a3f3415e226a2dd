// What stands beside the picture: what the face or area needs, the answers with their keys, the questions, where the photo may go.

import { h, icon, when } from "./dom.js";
import { faceWords, lookOf } from "./boxes.js";
import { kindWords, questionValue } from "./several.js";
import { canApprove, isArea, isOpen, openParts, partWords, partsOf, possibleFaces, problemWords, questionsOf, unansweredAreas } from "./store.js";

/** @typedef {import("./store.js").Row} Row @typedef {import("./store.js").Part} Part @typedef {import("./store.js").PartName} PartName */

const ANSWER_ICONS = /** @type {Record<string, string>} */ ({ release: "form", redact: "hide", staff: "person", "not-identifiable": "unknown", "not-a-face": "noface", misread: "noface", fine: "eye", exclude: "excluded", refused: "blocked" });
const LOOK_VERDICT = { open: "release", possible: "ask", answered: "ready", problem: "blocked", refused: "blocked" };
const STATE_VERDICT = /** @type {Record<string, string>} */ ({ ready: "ready", "kept out": "excluded", filed: "excluded", blocked: "blocked", failed: "failed" });
const NEEDS_REASON = new Set(["answer", "licensed", "exclude"]);

export class Panel {
  /** Which part shows what, so that only what has changed is drawn again and the focus stays. @type {Map<HTMLElement, string>} */
  #drawn = new Map();

  /**
   * @param {HTMLElement} element
   * @param {import("./store.js").Store} store
   * @param {any} does what the buttons do
   */
  constructor(element, store, does) {
    this.element = element;
    this.store = store;
    this.does = does;
    this.title = h("h1", { class: "photo-title" });
    this.verdict = h("p", { class: "photo-verdict" });
    this.head = h("header", { class: "panel-head" }, h("div", { class: "spread" }, this.title, h("div", { class: "row" },
      this.#tool("left", "Photo before", "PageUp", () => does.step(-1)), this.#tool("right", "Photo after", "PageDown", () => does.step(1)))), this.verdict);
    this.chips = h("div", { class: "chips", role: "group", "aria-label": "Faces and areas" });
    this.close = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "closeup", width: 640, height: 420, role: "img", "aria-label": "Enlarged" }));
    this.face = h("div", { class: "face-words stack" });
    this.answers = h("div", { class: "answers" });
    this.sweeps = h("div", { class: "row sweeps" });
    this.faceSection = h("section", { class: "panel-face stack", "aria-labelledby": "face-title" }, this.chips, this.close, this.face, this.answers, this.sweeps);
    this.questions = h("section", { class: "stack panel-questions", "aria-label": "Questions about the photo" });
    this.done = h("section", { class: "stack panel-done" });
    this.channels = h("section", { class: "stack panel-channels", "aria-labelledby": "channels-title" });
    this.more = h("section", { class: "stack panel-more", "aria-label": "More about this photo" });
    element.append(this.head, this.faceSection, this.questions, this.done, this.channels, this.more);
  }

  #tool(/** @type {string} */ name, /** @type {string} */ words, /** @type {string} */ key, /** @type {() => void} */ run) {
    return h("button", { type: "button", class: "button bare", "aria-label": words, title: `${words} (${key.replace("PageUp", "Page ↑").replace("PageDown", "Page ↓")})`, onclick: run }, icon(name));
  }

  /** Draw a part again where what it shows has changed. */
  #part(/** @type {HTMLElement} */ element, /** @type {any} */ shows, /** @type {() => any[]} */ build) {
    const signature = JSON.stringify(shows);
    if (this.#drawn.get(element) === signature) return;
    this.#drawn.set(element, signature);
    const focused = element.contains(document.activeElement) ? document.activeElement?.getAttribute("data-name") : null;
    element.replaceChildren(...build().flat(3).filter(Boolean));
    if (focused) /** @type {HTMLElement | null} */ (element.querySelector(`[data-name="${focused}"]`))?.focus();
  }

  /**
   * @param {Row} row
   * @param {PartName | null} face
   * @param {{same: import("./store.js").Target[], asking: boolean, last: any, left: number}} state
   */
  show(row, face, state) {
    const look = row.excluded ? "excluded" : row.verdict;
    const taken = row.captured ? when(row.captured) : "";
    this.#part(this.title, row.number, () => [`Photo ${row.number}`]);
    this.#part(this.verdict, [row.word, look, row.original, taken], () => [
      h("span", { class: `verdict ${look}` }, icon(look), row.word),
      h("span", { class: "soft small photo-name" }, h("bdi", { text: row.original }), taken && ` · ${taken}`)]);
    const parts = partsOf(row);
    const known = parts.find((each) => each.number === face) ?? null;
    this.faceSection.hidden = !parts.length;
    this.#part(this.chips, [parts.map((each) => [each.number, lookOf(each), faceWords(each)]), face, row.number, state.same], () => (parts.length < 2 ? [] : parts.map((each) =>
      h("button", { type: "button", class: `chip ${lookOf(each)}`, "aria-label": `${capital(partWords(each.number))}, ${faceWords(each)}`, "aria-current": each.number === face ? "true" : null,
        dataset: { name: `chip-${each.number}` }, onclick: () => this.does.tap(each.number) },
      h("span", { class: "number", text: each.number }), isOpen(each) ? lookOf(each) === "possible" && "?" : "✓"))));
    this.close.hidden = !known;
    this.#showFace(row, known, state);
    this.#showSweeps(row);
    this.#showQuestions(row);
    this.#showDone(row, state.left);
    this.#part(this.channels, [row.channels, row.number], () => [
      h("h2", { id: "channels-title", text: "Where it may go" }),
      h("ul", { class: "list channel-list" }, row.channels.map(({ channel, state: is, why }) => h("li", {},
        h("span", { class: `verdict ${STATE_VERDICT[is] ?? look}` }, icon(STATE_VERDICT[is] ?? look), h("b", { text: channel })),
        h("span", {}, is, why && why !== is && h("span", { class: "soft small", text: ` ${why}` }))))),
      h("button", { type: "button", class: "button", dataset: { name: "published" }, onclick: () => this.does.published() }, icon("eye"), "As it will be published ", h("kbd", { text: "P" }))]);
    this.#part(this.more, [row.similar, row.duplicate_of, row.burst, row.has_words, row.draft, row.published, row.excluded, row.number], () => this.#moreOf(row));
  }

  /** One answer for all of a kind in this photo. */
  #showSweeps(/** @type {Row} */ row) {
    const possible = this.store.answer("not-a-face") ? possibleFaces(row).length : 0;
    const areas = unansweredAreas(row).length;
    this.#part(this.sweeps, [row.number, possible, areas], () => [
      possible > 1 && h("button", { type: "button", class: "button quiet", dataset: { name: "no-faces" }, onclick: () => this.does.noFaces() }, icon("noface"), `None of the ${possible} possible faces is one …`),
      areas > 1 && h("button", { type: "button", class: "button quiet", dataset: { name: "hide-areas" }, onclick: () => this.does.hideAreas() }, icon("hide"), `Hide all ${areas} areas …`)]);
  }

  #showFace(/** @type {Row} */ row, /** @type {Part | null} */ face, /** @type {any} */ state) {
    const several = state.same.length > 1;
    this.#part(this.face, [row.number, row.excluded, face, state.same], () => {
      if (!face) return [h("h2", { id: "face-title", class: openParts(row).length ? null : "visually-hidden", text: openParts(row).length ? "Choose a face or an area" : "Faces and areas" })];
      return [
        h("h2", { id: "face-title", text: several ? `${state.same.length} faces of the same person` : capital(partWords(face.number)) }),
        h("p", { class: `verdict ${verdictOf(face)}` }, icon(verdictOf(face)), h("span", { text: sentence(face) })),
        isArea(face) && !(isOpen(face) && lookOf(face) !== "problem") && h("p", { class: "small", text: capital(face.what) }),
        isArea(face) && isOpen(face) && h("p", { class: "small" }, face.blocks ? "Nothing like it may be published: hide it, or say what else it is. " : "", h("span", { class: "soft", text: face.why })),
        face.problem && h("p", { class: "small", text: problemWords(face.problem) }),
        face.answer && h("p", { class: "small soft", text: [`${face.answer.by}, ${when(face.answer.at)}`, face.answer.note, face.answer.approved_by && `approved by ${face.answer.approved_by}`].filter(Boolean).join(" · ") }),
        face.suggestion && isOpen(face) && h("button", { type: "button", class: "button suggestion", dataset: { name: "suggestion" }, onclick: () => this.does.take(face.suggestion?.reference) },
          icon("form"), h("span", {}, h("b", { text: face.suggestion.reference }), h("span", { class: "small soft", text: ` ${face.suggestion.words}` }))),
      ];
    });
    if (state.asking) return;
    this.#part(this.answers, [row.number, row.excluded, face?.number, face?.answer, face?.state, state.last, several], () => {
      if (row.excluded) return [h("p", { class: "soft", text: "The photo is left out." }), h("button", { type: "button", class: "button", dataset: { name: "bring" }, text: "Bring it back", onclick: () => this.does.bringBack() })];
      if (!face) return [];
      const buttons = this.store.answersFor(face).map((each) => h("button", {
        type: "button", class: `button answer answer-${each.kind}`, title: isArea(face) && each.kind === "redact" ? "Hide this area in the picture." : each.meaning || null, dataset: { name: `answer-${each.kind}` }, "aria-keyshortcuts": each.key || null,
        "aria-pressed": face.answer?.kind === each.kind ? "true" : null, onclick: () => this.does.answer(each.kind),
      }, ANSWER_ICONS[each.kind] ? icon(ANSWER_ICONS[each.kind]) : icon("tick"), h("span", { text: each.label }), each.key && h("kbd", { text: each.key.toUpperCase() })));
      return [
        canApprove(face) && h("button", { type: "button", class: "button primary answer", dataset: { name: "approve" }, onclick: () => this.does.approve() }, icon("tick"), h("span", { text: `Approve what ${face.answer?.by} said` }), h("kbd", { text: "A" })),
        ...buttons,
        h("div", { class: "row answer-more" },
          state.last && h("button", { type: "button", class: "button quiet", dataset: { name: "again" }, onclick: () => this.does.again(), title: `Again: ${state.last.words}` }, icon("again"), h("span", { class: "cut", text: `Again: ${state.last.words}` }), h("kbd", { text: "." })),
          face.answer && h("button", { type: "button", class: "button quiet", dataset: { name: "reopen" }, onclick: () => this.does.reopen() }, "Withdraw the answer"),
          !isArea(face) && h("button", { type: "button", class: "button quiet", dataset: { name: "same" }, onclick: () => this.does.same() }, icon("people"), "Same person", h("kbd", { text: "M" })),
          !isArea(face) && h("button", { type: "button", class: "button quiet", dataset: { name: "box" }, onclick: () => this.does.resize() }, icon("box"), "Enlarge its box", h("kbd", { text: "E" })),
          isArea(face) && h("button", { type: "button", class: "button quiet", dataset: { name: "draw" }, onclick: () => this.does.drawArea() }, icon("area"), "Draw a larger one", h("kbd", { text: "D" }))),
      ];
    });
  }

  #showQuestions(/** @type {Row} */ row) {
    const asked = questionsOf(row);
    const told = row.excluded ? [] : row.needs.filter((need) => !need.about_faces && !need.kinds.length);
    this.questions.hidden = !asked.length && !told.length;
    this.#part(this.questions, [asked, told, row.number], () => [
      h("h2", { text: asked.length ? "Questions" : "What it needs" }),
      ...asked.map((need, place) => this.#question(row, need, place)),
      ...told.map((need) => h("p", { class: "small" }, `${need.sentence} `, need.rule === "declaration"
        ? h("a", { href: "/statements", text: "Answer the statements" }) : need.hint && h("span", { class: "soft", text: need.hint }))),
    ]);
  }

  #question(/** @type {Row} */ row, /** @type {import("./store.js").Need} */ need, /** @type {number} */ place) {
    const id = `question-${place}`;
    const note = /** @type {HTMLInputElement} */ (h("input", { id, type: "text", maxlength: 500, autocomplete: "off", dataset: { name: `${id}-note` } }));
    const problem = h("p", { class: "field-problem", id: `${id}-problem`, hidden: true, role: "alert" });
    const send = (/** @type {string} */ kind) => {
      const reason = note.value.trim();
      if (!reason && NEEDS_REASON.has(kind) && !(need.statement && kind === "answer")) {
        problem.textContent = "Give the reason first.";
        problem.hidden = false;
        note.setAttribute("aria-invalid", "true");
        note.setAttribute("aria-describedby", problem.id);
        note.focus();
        return;
      }
      this.does.question(kind, questionValue(need, kind), reason);
    };
    const kinds = need.kinds.filter((kind) => kind !== "reopen");
    note.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        send(kinds[0]);
      }
    });
    return h("div", { class: "question stack", tabindex: "-1", role: "group", "aria-labelledby": `${id}-words`, dataset: { name: id } },
      h("p", { id: `${id}-words` }, need.sentence, need.hint && !need.kinds.includes("own") && h("span", { class: "soft small", text: ` ${need.hint}` })),
      h("div", { class: "field" }, h("label", { for: id }, "Reason ", place === 0 && h("kbd", { text: "Q" })), note, problem),
      h("div", { class: "row" }, kinds.map((kind) => h("button", { type: "button", class: "button", dataset: { name: `${id}-${kind}` }, onclick: () => send(kind) }, kindWords(kind, this.store)))));
  }

  #showDone(/** @type {Row} */ row, /** @type {number} */ left) {
    const open = openParts(row).length + questionsOf(row).length;
    this.#part(this.done, [open, left > 0, this.store.batch.statements?.open, row.number], () => {
      if (open) return [];
      const statements = this.store.batch.statements?.open ?? 0;
      if (!left) return [h("p", { class: "notice ready" }, icon("ready"), h("span", {}, "Nothing is left to do: ", h("a", { href: "/finish", text: "finish" }), "."))];
      if (left === statements) return [h("p", { class: "notice ready" }, icon("ready"), h("span", {}, "Every photo is answered. ", h("a", { href: "/statements", text: "Answer the statements" }), "."))];
      return [h("p", { class: "soft", text: "Nothing to answer in this photo." }), h("button", { type: "button", class: "button", dataset: { name: "next" }, onclick: () => this.does.next() }, "Next that needs something ", h("kbd", { text: "Tab" }))];
    });
  }

  #moreOf(/** @type {Row} */ row) {
    const link = (/** @type {any} */ other) => {
      const number = typeof other === "object" ? other.number ?? other.photo : other;
      return h("button", { type: "button", class: "button link", onclick: () => this.does.go(number) }, `Photo ${number}`);
    };
    const burst = row.burst == null ? [] : [...this.store.rows.values()].filter((each) => each.burst === row.burst && each.number !== row.number).map((each) => each.number);
    const line = (/** @type {string} */ name, /** @type {string} */ words, /** @type {any[]} */ others) => others.length > 0 && h("p", { class: "row small" }, icon(name), words, others.slice(0, 12).map(link));
    return [
      line("same", "The same picture as", row.duplicate_of == null ? [] : [row.duplicate_of]),
      line("same", "Looks like", row.similar),
      line("burst", "Same burst:", burst),
      h("div", { class: "row" },
        h("button", { type: "button", class: "button", dataset: { name: "words" }, onclick: () => this.does.words() }, icon("words"), row.has_words ? "Title and caption" : row.draft ? "Title and caption: a draft is there" : "Title and caption", h("kbd", { text: "C" }))),
    ];
  }

  /**
   * Ask for a reason in place of the answers: one key each, or typed.
   * @param {{title: string, reasons: string[], take: (reason: string) => void, cancel: () => void}} asked
   */
  askReason({ title, reasons, take, cancel }) {
    const input = /** @type {HTMLInputElement} */ (h("input", { id: "reason", type: "text", maxlength: 500, autocomplete: "off" }));
    const list = reasons.map((reason, place) => h("button", { type: "button", class: "button answer", onclick: () => take(reason) }, h("span", { text: reason }), place < 9 && h("kbd", { text: place + 1 })));
    const box = h("div", { class: "asker stack", role: "group", "aria-labelledby": "asker-title", onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const typing = event.target === input;
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        cancel();
      } else if (typing && event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        if (input.value.trim()) take(input.value.trim());
      } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const place = list.indexOf(/** @type {HTMLElement} */ (document.activeElement));
        if (/^[1-9]$/.test(event.key) && reasons[Number(event.key) - 1]) {
          event.preventDefault();
          take(reasons[Number(event.key) - 1]);
        } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.length) {
          event.preventDefault();
          const to = place + (event.key === "ArrowDown" ? 1 : -1);
          (list[to] ?? (to < 0 ? list[0] : input)).focus();
        } else if (event.key.length === 1 && event.key !== " ") {
          event.preventDefault(); // typing begins in the field, and no letter answers anything meanwhile
          input.value += event.key;
          input.focus();
        }
      }
    } },
    h("h3", { id: "asker-title", text: title }), list,
    h("div", { class: "field" }, h("label", { for: "reason", text: list.length ? "Another reason" : "Reason" }), input),
    h("div", { class: "row" }, h("button", { type: "button", class: "button primary", onclick: () => { if (input.value.trim()) take(input.value.trim()); else input.focus(); } }, "Record ", h("kbd", { text: "Enter" })),
      h("button", { type: "button", class: "button quiet", onclick: cancel }, "Back ", h("kbd", { text: "Esc" }))));
    this.ask(box, () => (list[0] ?? input).focus());
  }

  /** Show something in place of the answers. @param {HTMLElement} element @param {() => void} focus */
  ask(element, focus) {
    this.#drawn.set(this.answers, "asked");
    this.element.classList.add("asking");
    this.answers.replaceChildren(element);
    focus();
    element.scrollIntoView({ block: "nearest" });
  }

  /** The answers again. */
  answered() {
    this.#drawn.delete(this.answers);
    this.element.classList.remove("asking");
  }

  /**
   * The focus on the first question, where keys still work, or in its field.
   * @param {{typing?: boolean}} [options]
   * @returns {boolean} whether there is one
   */
  focusQuestion({ typing = false } = {}) {
    const first = /** @type {HTMLElement | null} */ (this.questions.querySelector(typing ? ".question input" : ".question"));
    first?.focus();
    return !!first;
  }

  /** The face or area, enlarged. @param {import("./viewer.js").Picture | null} picture @param {Row} row @param {Part | null} face */
  showCloseUp(picture, row, face) {
    const context = this.close.getContext("2d");
    if (!context || !face) return;
    const { width, height } = this.close;
    if (!picture) {
      if (!(isArea(face) && face.added)) this.#stored(context, row, face);
      else context.clearRect(0, 0, width, height); // the batch has no crop of what was drawn; the large picture is being made
      return;
    }
    this.close.dataset.of = "";
    const [left, top, right, bottom] = face.box;
    const shape = width / height;
    let high = Math.max((bottom - top) * 1.9, ((right - left) * 1.9) / shape, 24);
    high = Math.min(high, row.height, row.width / shape);
    const wide = high * shape;
    const x = Math.min(row.width - wide, Math.max(0, (left + right) / 2 - wide / 2));
    const y = Math.min(row.height - high, Math.max(0, (top + bottom) / 2 - high / 2));
    const scale = picture.width / row.width;
    context.imageSmoothingQuality = "high";
    context.clearRect(0, 0, width, height);
    context.drawImage(picture.source, x * scale, y * scale, wide * scale, high * scale, 0, 0, width, height);
  }

  /** The crop that the batch has, until the large picture is there. */
  #stored(/** @type {CanvasRenderingContext2D} */ context, /** @type {Row} */ row, /** @type {Part} */ face) {
    const name = `${row.number}:${face.key}:${row.picture}`;
    if (this.close.dataset.of === name) return;
    this.close.dataset.of = name;
    context.clearRect(0, 0, this.close.width, this.close.height);
    const crop = new Image();
    crop.src = this.store.picture(row.number, face.number);
    crop.decode().then(() => {
      if (this.close.dataset.of !== name) return;
      const { width, height } = this.close;
      const scale = Math.min(width / crop.naturalWidth, height / crop.naturalHeight);
      const [wide, high] = [crop.naturalWidth * scale, crop.naturalHeight * scale];
      context.drawImage(crop, (width - wide) / 2, (height - high) / 2, wide, high);
    }, () => {});
  }
}

/** The verdict whose sign it has. @param {Part} face */
const verdictOf = (face) => (isArea(face) && face.state === "open" ? face.blocks ? "blocked" : "ask" : LOOK_VERDICT[lookOf(face)]);

const capital = (/** @type {string} */ words) => words.charAt(0).toUpperCase() + words.slice(1);

/** The state of a face or an area in one sentence. @param {Part} face */
function sentence(face) {
  const look = lookOf(face);
  if (isArea(face) && isOpen(face) && look !== "problem") return `${capital(face.what)}: needs an answer`;
  if (look === "answered") return face.answer?.waits ? `${face.answer.label}: needs a second person's approval` : face.answer?.label ?? "Answered";
  if (look === "refused") return "The person refused: hide the face";
  if (look === "problem") return `${face.answer?.label ?? "The answer"}: needs correcting`;
  return look === "possible" ? "Possible face: needs checking" : "Needs a release form or another decision";
}
