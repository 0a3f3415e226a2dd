// The run: one button that applies everything, how far it is, and what came of it in a sentence.

import { post } from "./api.js";
import { count, h, icon, when } from "./dom.js";
import { say, tellRefused } from "./shell.js";

/** What the state of a run is called, with the notice that it looks like. */
const ENDS = {
  stopped: ["ask", "Stopped"],
  "in use": ["ask", "Somebody else is at work on this batch"],
  failed: ["blocked", "It could not be finished"],
};

/** @param {number | null} seconds */
function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return `about ${Math.max(1, Math.round(seconds))} s left`;
  return `about ${count(Math.round(seconds / 60), "minute")} left`;
}

/** The card of the run. */
export class RunCard {
  /** @param {{changed: () => void}} told is called when the run has begun or ended */
  constructor({ changed }) {
    this.changed = changed;
    this.state = "";
    this.words = "";
    this.heading = h("h2", { tabindex: "-1" });
    this.body = h("div", { class: "stack" });
    this.element = h("section", { class: "card finish-run", "aria-label": "Apply the answers" }, this.heading, this.body);
    this.bar = /** @type {HTMLProgressElement} */ (h("progress", { class: "progress", "aria-label": "How far it is" }));
    this.step = h("p", { class: "progress-words" });
  }

  /**
   * @param {any} run as the server has it
   * @param {any} now how the batch is
   */
  show(run, now) {
    if (run.state === "running") this.#running(run);
    else this.#idle(run, now);
    if (this.state && this.state !== run.state) {
      say(this.heading.textContent ?? "");
      if (run.state !== "running") this.heading.focus();
    }
    this.state = run.state;
  }

  /** @param {any} run */
  #running(run) {
    const step = run.step ?? { words: "Starting", done: 0, total: 0 };
    if (this.state !== "running") {
      this.heading.textContent = "Finishing";
      this.stopButton = h("button", { type: "button", class: "button", text: "Stop", onclick: () => this.#send("/api/finish/stop") });
      this.body.replaceChildren(this.bar, h("div", { class: "row" }, this.step, this.stopButton),
        h("p", { class: "soft small", text: `Started by ${run.by}. You can close this page; it goes on.` }));
      if (document.activeElement === document.body || document.activeElement === this.button) this.stopButton.focus();
    }
    if (step.total) {
      this.bar.max = step.total;
      this.bar.value = step.done;
    } else {
      this.bar.removeAttribute("value");
    }
    const counted = step.total ? `: ${step.done} of ${step.total}` : "";
    const left = timeLeft(step.seconds_left);
    this.step.textContent = `${step.words}${counted}${left ? `, ${left}` : ""}`;
    if (step.words !== this.words) say(step.words);
    this.words = step.words;
  }

  /** @param {any} run @param {any} now */
  #idle(run, now) {
    const parts = [];
    if (run.state in ENDS) {
      const [kind, words] = ENDS[/** @type {keyof typeof ENDS} */ (run.state)];
      parts.push(h("div", { class: `notice ${kind}` }, icon(kind), h("div", {}, h("p", {}, h("strong", { text: words })),
        h("p", { text: run.reason }), run.hint ? h("p", { text: run.hint }) : null)));
    }
    if (now.interrupted && run.state !== "in use") {
      parts.push(h("div", { class: "notice ask" }, icon("ask"), h("p", { text: `${now.interrupted} Finish to go on from there.` })));
    }
    const waiting = now.channels.reduce((/** @type {number} */ sum, /** @type {any} */ each) => sum + each.waiting, 0);
    this.heading.textContent = run.state === "done" && !now.unapplied ? `Finished by ${run.by}, ${when(run.at)}`
      : now.unapplied ? `${count(now.unapplied, "answer is", "answers are")} not applied yet` 
        : now.needs.length ? "There are no new answers to apply" : "Every answer is applied";
    parts.push(h("p", { class: "soft", text: waiting
      ? "Finish makes the files, hides the faces that are to be hidden, and puts into the folders what may be published."
      : "Finish asks everything once more, and puts into the folders what may be published." }));
    this.button = h("button", { type: "button", class: "button primary", onclick: () => this.#send("/api/finish") },
      now.unapplied || waiting || now.interrupted ? "Finish" : "Finish again");
    parts.push(h("div", {}, this.button));
    this.body.replaceChildren(...parts);
  }

  /** @param {string} path */
  async #send(path) {
    try {
      await post(path);
      this.changed();
    } catch (error) {
      tellRefused(error);
    }
  }
}
