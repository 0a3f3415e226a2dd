// The profile's statements: each answered yes or no in its own words, with all photos beside them.

import { Refused, get, post } from "./api.js";
import { at, count, h, icon } from "./dom.js";
import { onServer } from "./server_events.js";
import { say, showLeft, tellRefused, toast } from "./shell.js";
import { PhotoShow } from "./photo_show.js";

/**
 * @typedef {{id: string, wording: string, source: string, open: number[], open_words: string, unapproved: number[], by_others: boolean,
 *   covered: {by: string, when: string, approved_by: string, words: string}[],
 *   refused: {by: string, when: string, photos: number[], words: string} | null, mine: {true: boolean, when: string} | null}} Statement
 */

class StatementsPage {
  /** @type {any} */
  state = null;

  /** @type {Map<string, {said: boolean, photos: Set<number>}>} what was answered on this page, and not sent yet */
  answers = new Map();

  /** The statement whose photos are being chosen; empty: none. */
  choosing = "";

  /** @type {Map<number, string>} what a screen reader says of each photo */
  #alts = new Map();

  #sending = false;

  constructor() {
    this.photos = at("photos");
    this.show = new PhotoShow();
    at("declare").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    at("done-choosing").addEventListener("click", () => {
      const id = this.choosing;
      this.choosing = "";
      this.#fill();
      at(`choose-${id}`)?.focus();
    });
    let waiting = 0;
    const soon = () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => this.load(), 300);
    };
    onServer("photos", soon);
    onServer("back", soon);
  }

  async load() {
    try {
      const [state, told] = await Promise.all([get("/api/statements"), get("/api/photos")]);
      this.#alts = new Map(told.photos.map((/** @type {any} */ row) => [row.number, row.alt]));
      this.take(state);
    } catch (error) {
      tellRefused(error);
    }
  }

  /** Whether the person approves what somebody else has declared. */
  get approves() {
    return this.state.to_approve.length > 0;
  }

  /** The statements that this person is asked. @returns {Statement[]} */
  get asked() {
    const { statements, to_approve } = this.state;
    if (this.approves) return statements.filter((/** @type {Statement} */ each) => to_approve.includes(each.id));
    return statements.filter((/** @type {Statement} */ each) => each.open.length || each.refused);
  }

  take(/** @type {any} */ state) {
    const before = JSON.stringify(this.state);
    this.state = state;
    if (before === JSON.stringify(state)) return;
    for (const id of [...this.answers.keys()]) {
      if (!this.asked.some((each) => each.id === id)) this.answers.delete(id);
    }
    this.#fill();
  }

  #fill() {
    const focused = document.activeElement?.id ?? "";
    const { statements } = this.state;
    const asked = this.asked;
    at("introduction").replaceChildren(...this.#introduction(asked));
    at("statements").replaceChildren(...statements.map((/** @type {Statement} */ each, /** @type {number} */ place) => this.#statement(each, place + 1, asked.includes(each))));
    at("send").hidden = !asked.length;
    this.#tellAnswered();
    this.#fillPhotos();
    if (focused) document.getElementById(focused)?.focus();
  }

  /** @param {Statement[]} asked */
  #introduction(asked) {
    const { statements, profile, second_person: second } = this.state;
    const note = (/** @type {string} */ kind, /** @type {string} */ words) => h("div", { class: `notice ${kind}` }, icon(kind), h("p", { text: words }));
    if (!statements.length) return [note("ready", `The profile ${profile} has no statements to declare.`)];
    if (this.approves) {
      const by = [...new Set(asked.flatMap((each) => each.covered.filter((one) => !one.approved_by).map((one) => one.by)))].join(", ");
      return [note("ask", `${by} has declared what follows. This profile asks a second person to check it: answer each statement for yourself, then approve.`)];
    }
    if (!asked.length) {
      const waits = statements.some((/** @type {Statement} */ each) => each.unapproved.length);
      return [waits ? note("ask", "You have declared every statement. This profile asks a second person to approve it.") : note("ready", "Every statement is declared of every photo.")];
    }
    return [h("p", { class: "soft" }, `Only a person can say these. Look at the photos, then answer each statement; yes means that it is true of every photo.${second ? " A second person must approve it afterwards." : ""}`)];
  }

  #statement(/** @type {Statement} */ each, /** @type {number} */ number, /** @type {boolean} */ asked) {
    const status = [
      each.refused && h("p", { class: "verdict blocked" }, icon("blocked"), h("span", { text: each.refused.words })),
      ...each.covered.map((one) => h("p", { class: `verdict ${each.unapproved.length && !one.approved_by ? "ask" : "ready"}` },
        icon(each.unapproved.length && !one.approved_by ? "ask" : "ready"), h("span", { text: one.words }))),
      each.open_words && h("p", { class: "verdict ask" }, icon("ask"), h("span", { text: each.open_words })),
    ];
    const source = h("p", { class: "small soft", id: `source-${each.id}`, text: `Source: ${each.source}` });
    if (!asked) return h("section", { class: "card statement", "aria-labelledby": `words-${each.id}` }, h("h2", { class: "statement-words", id: `words-${each.id}` }, `${number}. ${each.wording}`), source, status);
    const answer = this.answers.get(each.id);
    const radio = (/** @type {boolean} */ value, /** @type {string} */ words) => h("label", {}, h("input", {
      type: "radio", id: `${each.id}-${words}`, name: `answer-${each.id}`, checked: answer?.said === value, onchange: () => this.answer(each.id, value),
    }), words);
    return h("section", { class: "card statement", "aria-labelledby": `words-${each.id}` }, h("h2", { class: "statement-words", id: `words-${each.id}` }, `${number}. ${each.wording}`), source, status,
      h("fieldset", { class: "segmented", "aria-describedby": `words-${each.id} source-${each.id}` }, h("legend", { class: "visually-hidden", text: `Is statement ${number} true of every photo?` }), radio(true, "Yes"), radio(false, "No")),
      answer && !answer.said && this.#photosOf(each, answer));
  }

  /** Which photos a statement is not true of. */
  #photosOf(/** @type {Statement} */ each, /** @type {{photos: Set<number>}} */ answer) {
    const numbers = [...answer.photos].sort((one, other) => one - other);
    const is = this.choosing === each.id;
    return h("div", { class: "stack untrue" },
      h("p", {}, numbers.length ? `Not true of ${numbers.length === 1 ? "photo" : "photos"} ${numbers.join(", ")}.` : "Of which photos is it not true? You may leave it open."),
      h("div", { class: "row" }, h("button", {
        type: "button", id: `choose-${each.id}`, class: "button", "aria-pressed": is, text: is ? "Done choosing" : "Choose the photos",
        onclick: () => {
          this.choosing = is ? "" : each.id;
          this.#fill();
          if (!is) /** @type {HTMLElement | null} */ (this.photos.querySelector("button"))?.focus();
        },
      })));
  }

  answer(/** @type {string} */ id, /** @type {boolean} */ said) {
    const photos = this.answers.get(id)?.photos ?? new Set(said ? [] : this.state.statements.find((/** @type {Statement} */ each) => each.id === id).refused?.photos ?? []);
    this.answers.set(id, { said, photos });
    this.choosing = said ? (this.choosing === id ? "" : this.choosing) : id;
    this.#fill();
  }

  #tellAnswered() {
    const asked = this.asked;
    const done = asked.filter((each) => this.answers.has(each.id));
    const untrue = done.some((each) => !this.answers.get(each.id)?.said);
    const button = at("send-button");
    button.textContent = untrue ? "Record the answers" : this.approves ? "Approve" : "Declare";
    const ready = done.length > 0 && (!this.approves || done.length === asked.length);
    button.setAttribute("aria-disabled", String(!ready));
    at("answered").textContent = `${done.length} of ${count(asked.length, "statement")} answered`;
  }

  #fillPhotos() {
    const choosing = this.answers.get(this.choosing);
    at("photos-words").textContent = choosing ? "Choose the photos of which the statement is not true" : `All photos: ${this.state.photos.length}`;
    at("done-choosing").hidden = !choosing;
    this.photos.classList.toggle("choosing", Boolean(choosing));
    const tiles = [...this.photos.children];
    const numbers = this.state.photos.map(String);
    if (tiles.map((tile) => /** @type {HTMLElement} */ (tile).dataset.photo).join() !== numbers.join()) {
      this.photos.replaceChildren(...this.state.photos.map((/** @type {number} */ number) => this.#tile(number)));
    }
    for (const tile of this.photos.children) {
      const button = /** @type {HTMLElement} */ (tile.firstElementChild);
      const number = Number(/** @type {HTMLElement} */ (tile).dataset.photo);
      if (choosing) button.setAttribute("aria-pressed", String(choosing.photos.has(number)));
      else button.removeAttribute("aria-pressed");
    }
  }

  #tile(/** @type {number} */ number) {
    const alt = this.#alts.get(number) ?? `Photo ${number}`;
    return h("li", { class: "statement-photo", dataset: { photo: number } }, h("button", {
      type: "button", id: `photo-${number}`, onclick: () => this.#press(number),
    }, h("img", { src: `/pictures/thumb/${number}`, alt, loading: "lazy", decoding: "async", width: 320, height: 240 }),
    h("span", { class: "photo-number", "aria-hidden": "true", text: number })));
  }

  #press(/** @type {number} */ number) {
    const choosing = this.answers.get(this.choosing);
    if (!choosing) {
      this.show.open(number, this.state.photos, this.#alts);
      return;
    }
    if (choosing.photos.has(number)) choosing.photos.delete(number);
    else choosing.photos.add(number);
    this.#fill();
  }

  async send() {
    const asked = this.asked;
    const given = asked.filter((each) => this.answers.has(each.id));
    if (this.#sending) return;
    if (!given.length || (this.approves && given.length < asked.length)) {
      const first = asked.find((each) => !this.answers.has(each.id));
      if (first) at(`${first.id}-Yes`).focus();
      say("Answer each statement with yes or no.");
      return;
    }
    this.#sending = true;
    try {
      const answer = await post("/api/statements", {
        approve: this.approves,
        answers: given.map((each) => {
          const said = /** @type {any} */ (this.answers.get(each.id));
          return { id: each.id, wording: each.wording, true: said.said, photos: said.said ? [] : [...said.photos] };
        }),
      });
      this.answers.clear();
      this.choosing = "";
      this.take(answer.state);
      toast(answer.said, { kind: given.length && answer.said.includes("Not declared") ? "problem" : "done" });
      at("main").focus({ preventScroll: true });
      showLeft(answer.left);
    } catch (error) {
      tellRefused(error);
      if (error instanceof Refused && error.status === 422) await this.load();
    } finally {
      this.#sending = false;
    }
  }
}

await new StatementsPage().load();
