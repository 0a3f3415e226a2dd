// Title, caption, alt text and keywords of a photo: written over the profile's templates, checked while one types.

import * as ownApi from "./api.js";
import { Refused } from "./api.js";
import { h, icon, keptForSession, styled } from "./dom.js";
import { say, tellRefused, toast } from "./shell.js";

/**
 * @typedef {{channel: string, length: number, most: number, counts: string}} Limit
 * @typedef {{field: string, name: string, said: string, template: string, own: string | null, by: string, at: string, when: string,
 *   draft: string | null, limits: Limit[]}} Field
 * @typedef {{field: string, start: number, end: number, text: string, kind: string}} Place
 * @typedef {{photo: number, seen: number, fields: Field[], link: string, in_file: boolean, fault: string, hint: string, places: Place[]}} PhotoWords
 */

const CHECK_AFTER = 250; // ms after the last key
const LINES = { title: 1, caption: 4, alt_text: 3, keywords: 1, headline: 1, creator: 1 };
const HINTS = {
  caption: "The link back to the event's page follows it.",
  alt_text: "What the picture shows, for people who cannot see it.",
  keywords: "Beside those of the profile and the event, with commas between them.",
  creator: "The byline, in place of your organisation's.",
};

let panels = 0;

/** One field: the text, marks below it, counters, and who wrote it. */
class WordField {
  /** @param {Field} field @param {WordsPanel} panel @param {string} link */
  constructor(field, panel, link) {
    this.panel = panel;
    this.name = field.field;
    this.label = field.name;
    const id = `${panel.id}-${field.field}`;
    const lines = /** @type {any} */ (LINES)[field.field];
    this.input = /** @type {HTMLTextAreaElement} */ (h("textarea", {
      id, rows: lines, lang: "en-GB", spellcheck: "true", autocomplete: "off", maxlength: 20_000,
      "aria-describedby": `${id}-hint ${id}-count ${id}-places`,
    }));
    this.marks = h("div", { class: "words-marks", "aria-hidden": "true" });
    this.counter = h("p", { class: "counter", id: `${id}-count` });
    this.source = h("p", { class: "field-hint", id: `${id}-source` });
    this.places = h("div", { class: "field-problem", id: `${id}-places` });
    this.draft = h("div", { class: "words-draft", hidden: true });
    this.back = /** @type {HTMLButtonElement} */ (h("button", {
      type: "button", class: "button quiet small", onclick: () => this.#put(""), "aria-label": `Back to the template: ${field.name}`,
    }, icon("undo"), "Back to the template"));
    const hint = field.field === "caption" && !link ? "" : /** @type {any} */ (HINTS)[field.field] ?? "";
    this.element = h("div", { class: "field words-field" }, h("label", { for: id, text: field.name }),
      h("div", { class: `words-box lines-${lines}` }, this.marks, this.input),
      h("p", { class: "field-hint", id: `${id}-hint`, text: hint, hidden: !hint }), this.counter, this.places, this.source, this.draft);
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("scroll", () => { this.marks.scrollTop = this.input.scrollTop; });
    if (lines === 1) {
      this.input.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault(); // it is on one line
      });
    }
    this.take(field);
  }

  /** What was saved last. @param {Field} field */
  take(field) {
    this.field = field;
    this.saved = field.own ?? "";
    this.source.hidden = false;
    this.input.placeholder = field.template;
    this.source.replaceChildren(...(field.by ? [`By ${field.by}, ${field.when}. `] : [field.template ? "From the template. " : "Nothing is written yet. "]));
    if (field.own !== null) this.source.append(this.back);
    this.count(field.limits);
    this.draft.hidden = field.draft === null;
    if (field.draft !== null) {
      this.draft.replaceChildren(h("p", { class: "small" }, "From the file, not published: ", h("q", { text: field.draft })),
        h("button", { type: "button", class: "button small", "aria-label": `Take it over: ${field.name}, from the file`, onclick: () => this.#put(field.draft ?? "") }, "Take it over"));
    }
  }

  get text() {
    return this.input.value;
  }

  get isChanged() {
    return this.text.trim() !== this.saved.trim();
  }

  /** What is sent: null is back to the template. */
  get value() {
    return this.text.trim() ? this.text : null;
  }

  /** @param {string} text */
  set(text) {
    this.input.value = text;
    this.mark([]);
  }

  #put(/** @type {string} */ text) {
    this.set(text);
    this.input.focus();
    this.#typed();
  }

  #typed() {
    this.mark([]);
    this.source.hidden = this.isChanged; // it is about what was saved
    this.panel.typed();
  }

  /** @param {Limit[]} limits */
  count(limits) {
    const over = limits.some((each) => each.length > each.most);
    this.counter.classList.toggle("over", over);
    this.counter.textContent = limits.map((each) => `${each.channel}: ${each.length} of ${each.most}${each.counts === "as X counts" ? " as X counts" : ""}`).join(" · ");
    if (over) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /** @param {Place[]} places in this field's text as it is now */
  mark(places) {
    const parts = [];
    let at = 0;
    for (const each of places) {
      parts.push(this.text.slice(at, each.start), h("mark", { text: this.text.slice(each.start, each.end) }));
      at = each.end;
    }
    this.marks.replaceChildren(...parts, this.text.slice(at), "\n");
    this.marks.scrollTop = this.input.scrollTop;
    const words = places.map((each) => `“${each.text}” (${each.kind})`).join("; ");
    const told = words ? `May give away too much: ${words}.` : "";
    if (this.places.textContent !== told) this.places.textContent = told;
  }
}

class WordsPanel {
  /** @type {Map<string, WordField>} */
  fields = new Map();

  /** Entries on the words that the person has seen. */
  #seen = 0;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;

  #asked = 0;

  /** @type {Promise<boolean> | null} */
  #saving = null;

  #closed = false;

  /**
   * @param {HTMLElement} element
   * @param {number} number
   * @param {number[]} also further photos that get the same words
   * @param {any} api
   * @param {((answer: any) => void) | undefined} onSaved
   */
  constructor(element, number, also, api, onSaved) {
    this.element = element;
    this.number = number;
    this.also = also.filter((each) => each !== number);
    this.api = api;
    this.onSaved = onSaved;
    this.id = `words-${panels += 1}`;
    this.status = h("p", { class: "small soft words-status", role: "status" });
    this.fault = h("p", { class: "field-problem", role: "alert" });
    this.offer = h("div", { class: "notice ask", hidden: true });
    this.save_button = h("button", { type: "button", class: "button primary", onclick: () => this.save() }, "Save ", h("kbd", { text: "Ctrl Enter" }));
    this.element.addEventListener("keydown", this.#onKey);
    this.element.addEventListener("focusout", this.#onLeave);
    window.addEventListener("pagehide", this.#keep);
  }

  get kept() {
    return `words.${this.number}`;
  }

  async open() {
    const told = /** @type {PhotoWords} */ (await this.api.get(`/api/photos/${this.number}/words`));
    if (this.#closed) return;
    this.#seen = told.seen;
    for (const field of told.fields) {
      const shown = new WordField(field, this, told.link);
      shown.set(field.own ?? "");
      this.fields.set(field.field, shown);
    }
    this.element.replaceChildren(h("div", { class: "words stack" },
      this.also.length ? h("p", { class: "notice" }, icon("words"), h("span", { text: `What you change is saved for ${this.also.length + 1} photos: ${[this.number, ...this.also].join(", ")}.` })) : "",
      this.offer, ...[...this.fields.values()].map((each) => each.element), this.fault,
      h("div", { class: "row" }, this.save_button, this.status)));
    this.#tell(told);
    if (!told.in_file) this.status.textContent = "Its file does not have these words yet; finish writes them.";
    this.#offerKept();
  }

  /** What was typed here before and not saved. */
  #offerKept() {
    const kept = keptForSession.get(this.kept);
    if (!kept) return;
    const texts = Object.entries(kept.texts).filter(([name, text]) => this.fields.get(name) && this.fields.get(name)?.text !== text);
    if (!texts.length) {
      keptForSession.set(this.kept, null);
      return;
    }
    const take = () => {
      for (const [name, text] of texts) this.fields.get(name)?.set(/** @type {string} */ (text));
      this.offer.hidden = true;
      this.typed();
      this.fields.get(texts[0][0])?.input.focus();
    };
    const drop = () => {
      keptForSession.set(this.kept, null);
      this.offer.hidden = true;
      [...this.fields.values()][0].input.focus();
    };
    this.offer.replaceChildren(icon("ask"), h("div", { class: "stack" }, h("p", { text: "You typed words for this photo that were not saved." }),
      h("div", { class: "row" }, h("button", { type: "button", class: "button", onclick: take }, "Put them back"), h("button", { type: "button", class: "button", onclick: drop }, "Forget them"))));
    this.offer.hidden = false;
  }

  /** The fields that differ from what was saved. */
  get changed() {
    return [...this.fields.values()].filter((each) => each.isChanged);
  }

  typed() {
    this.#keep();
    this.status.textContent = this.changed.length ? "Not saved yet." : "";
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#check(), CHECK_AFTER);
  }

  #keep = () => {
    const texts = Object.fromEntries(this.changed.map((each) => [each.name, each.text]));
    keptForSession.set(this.kept, Object.keys(texts).length ? { texts } : null);
  };

  async #check() {
    const asked = this.#asked += 1;
    const texts = new Map([...this.fields.values()].map((each) => [each.name, each.text]));
    try {
      const told = await this.api.post(`/api/photos/${this.number}/words/check`,
        { words: Object.fromEntries([...this.fields.values()].map((each) => [each.name, each.value])) });
      if (asked !== this.#asked || this.#closed) return; // somebody has typed on
      for (const [name, limits] of Object.entries(told.limits)) this.fields.get(name)?.count(/** @type {any} */ (limits));
      this.#tell(told, texts);
    } catch (error) {
      if (error instanceof Refused && error.isGone) this.status.textContent = "Not saved yet. imgvet has stopped; what you typed is kept in this window.";
    }
  }

  /** @param {{fault: string, hint: string, places: Place[]}} told @param {Map<string, string>} [texts] that it is about */
  #tell(told, texts) {
    this.fault.textContent = told.fault ? `${told.fault} ${told.hint}` : "";
    for (const field of this.fields.values()) {
      if (texts && texts.get(field.name) !== field.text) continue;
      field.mark(told.places.filter((each) => each.field === field.name));
    }
  }

  #onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      this.save();
    }
  };

  #onLeave = (/** @type {FocusEvent} */ event) => {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (to && !this.element.contains(to) && !document.querySelector("dialog[open]")) this.save();
  };

  /**
   * Save what was changed; true where nothing is left unsaved.
   * @param {{anyway?: boolean}} [options]
   * @returns {Promise<boolean>}
   */
  save({ anyway = false } = {}) {
    this.#saving = (this.#saving ?? Promise.resolve(true)).then(() => this.#send(anyway));
    return this.#saving;
  }

  async #send(/** @type {boolean} */ anyway) {
    const changed = this.changed;
    if (!changed.length) return true;
    const sent = new Map(changed.map((each) => [each.name, each.text]));
    try {
      const answer = await this.api.post(`/api/photos/${this.number}/words`, {
        fields: changed.map((each) => each.name), seen: this.#seen, also: this.also, anyway,
        words: Object.fromEntries(changed.map((each) => [each.name, each.value])),
      });
      this.#take(answer.words, sent);
      this.status.textContent = answer.said;
      this.onSaved?.(answer);
      return this.changed.length === 0;
    } catch (error) {
      if (error instanceof Refused && error.conflict) this.#askConflict(error.conflict);
      else if (error instanceof Refused) {
        this.fault.textContent = [error.reason, error.hint].filter(Boolean).join(" ").replace(", and run the same command again", "");
        if (this.#closed) toast(`${this.fault.textContent} What you typed is kept.`, { kind: "problem" });
      } else tellRefused(error);
      return false;
    }
  }

  /** @param {PhotoWords} words @param {Map<string, string>} sent what was typed when they were sent */
  #take(words, sent) {
    this.#seen = words.seen;
    for (const field of words.fields) {
      const shown = this.fields.get(field.field);
      if (!shown) continue;
      const untouched = !shown.isChanged || sent.get(field.field) === shown.text;
      shown.take(field);
      if (untouched && shown.text !== (field.own ?? "")) shown.set(field.own ?? ""); // as it was saved, e.g. without unseen signs
    }
    this.#tell(words);
    this.#keep();
    if (this.changed.length) this.typed();
  }

  /** Somebody else wrote in the meantime. @param {any} conflict */
  #askConflict(conflict) {
    const theirs = async () => {
      const told = await this.api.get(`/api/photos/${this.number}/words`);
      for (const field of this.changed) field.set(field.saved);
      this.#take(told, new Map());
      this.offer.hidden = true;
      this.status.textContent = "";
    };
    const mine = async () => {
      this.offer.hidden = true;
      await this.save({ anyway: true });
    };
    const about = conflict.target ? ` ${conflict.target}` : "";
    this.offer.replaceChildren(icon("ask"), h("div", { class: "stack" },
      h("p", {}, `${conflict.by} has written${about} meanwhile: `, h("q", { text: conflict.words || "(nothing)" })),
      h("div", { class: "row" }, h("button", { type: "button", class: "button", onclick: mine }, "Save mine"), h("button", { type: "button", class: "button", onclick: theirs }, "Keep theirs"))));
    this.offer.hidden = false;
    say(`${conflict.by} has written${about} meanwhile.`);
    if (!this.#closed) /** @type {HTMLElement | null} */ (this.offer.querySelector("button"))?.focus();
    else toast(`${conflict.by} has written${about} meanwhile. What you typed is kept; open the photo again.`, { kind: "problem" });
  }

  /** Leave the photo: what was changed is saved, and nothing is shown any more. @returns {Promise<boolean>} */
  async close() {
    if (this.#closed) return true;
    this.#closed = true;
    clearTimeout(this.#waiting);
    this.#keep();
    this.element.removeEventListener("keydown", this.#onKey);
    this.element.removeEventListener("focusout", this.#onLeave);
    window.removeEventListener("pagehide", this.#keep);
    return this.save();
  }
}

/** @type {WeakMap<HTMLElement, WordsPanel>} */
const shown = new WeakMap();

/**
 * Show the words of a photo in an element. Those that it showed before are saved.
 * @param {HTMLElement} element
 * @param {{number: number}} photo its row
 * @param {{api?: any, onSaved?: (answer: {seq: number, changed: any[], entries: number[], said: string}) => void, also?: number[]}} [given]
 *   `also`: numbers of further photos that are selected; what is changed is saved for all of them
 * @returns {Promise<{save: () => Promise<boolean>, close: () => Promise<boolean>, focus: (field?: string) => void}>}
 */
export async function mountWords(element, photo, { api = ownApi, onSaved, also = [] } = {}) {
  styled("/static/words.css");
  shown.get(element)?.close();
  const panel = new WordsPanel(element, photo.number, also, api, onSaved);
  shown.set(element, panel);
  try {
    await panel.open();
  } catch (error) {
    if (error instanceof Refused) element.replaceChildren(h("p", { class: "soft", text: error.reason }));
    else throw error;
  }
  return {
    save: () => panel.save(),
    close: () => panel.close(),
    focus: (field = "caption") => panel.fields.get(field)?.input.focus(),
  };
}
