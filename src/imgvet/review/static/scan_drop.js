// Scans and photos of signed forms, dropped on the page or picked: sent one after the other, a line for each.

import { Refused, post, upload } from "./api.js";
import { at, count, h, icon } from "./dom.js";
import { field, sendDialog } from "./form_dialog.js";
import { openNewForm } from "./forms.js";
import { say } from "./shell.js";

const MOST_BYTES = 100 * 1024 * 1024; // the server's own limit; it says so before the file is sent

/**
 * @typedef {{form: string, filed: boolean, words: string, next: string}} Result
 */

export class ScanDrop {
  #busy = Promise.resolve();

  /** @param {{element: HTMLElement, list: HTMLElement, changed: () => void, references: () => string[]}} given */
  constructor({ element, list, changed, references }) {
    this.list = list;
    this.changed = changed;
    this.references = references;
    const input = /** @type {HTMLInputElement} */ (element.querySelector("input"));
    input.addEventListener("change", () => {
      this.take([...(input.files ?? [])]);
      input.value = "";
    });
    let inside = 0;
    const over = (/** @type {number} */ step) => {
      inside = Math.max(0, inside + step);
      element.classList.toggle("over", inside > 0);
    };
    const hasFiles = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes("Files"));
    // The whole page takes files, so that a file dropped beside the place does not open in the page's stead.
    document.addEventListener("dragenter", (event) => { if (hasFiles(event)) over(1); });
    document.addEventListener("dragleave", (event) => { if (hasFiles(event)) over(-1); });
    document.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      inside = 0;
      over(0);
      this.take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @param {File[]} files */
  take(files) {
    if (files.length) say(`${count(files.length, "file")} chosen`);
    for (const file of files) {
      const line = this.#line(file.name);
      this.#busy = this.#busy.then(() => this.#send(file, line, ""));
    }
  }

  /** The photos of the batch that show a form, filed from their originals. */
  async takePhotos() {
    const line = this.#line("Photos of this batch");
    try {
      const { files } = await post("/api/scans/photos");
      line.remove();
      for (const file of files) this.#tell(this.#line(file.name), file.results, null);
      this.changed();
    } catch (error) {
      this.#fail(line, error);
    }
  }

  #line(/** @type {string} */ name) {
    const line = h("li", { class: "scan" }, h("p", { class: "scan-name" }, h("bdi", { text: name })), h("p", { class: "soft scan-words", text: "Being read …" }));
    this.list.prepend(line);
    this.list.hidden = false;
    return line;
  }

  async #send(/** @type {File} */ file, /** @type {HTMLElement} */ line, /** @type {string} */ query) {
    if (file.size > MOST_BYTES) {
      this.#fail(line, new Refused("The file is larger than 100 MiB, more than any scan.", "Scan the form again, with fewer dots.", 413));
      return;
    }
    try {
      const { results } = await upload(`/api/scans${query}`, file, file.name);
      this.#tell(line, results, file);
      if (results.some((/** @type {Result} */ each) => each.filed)) this.changed();
    } catch (error) {
      this.#fail(line, error);
    }
  }

  #fail(/** @type {HTMLElement} */ line, /** @type {unknown} */ error) {
    const words = error instanceof Refused ? [error.reason, error.hint].filter(Boolean).join(" ") : "imgvet could not do that. Open the page again.";
    this.#put(line, [h("p", { class: "scan-words" }, icon("release"), " ", words)]);
    say(words);
  }

  #put(/** @type {HTMLElement} */ line, /** @type {Node[]} */ children) {
    line.replaceChildren(/** @type {Node} */ (line.firstElementChild), ...children);
  }

  #tell(/** @type {HTMLElement} */ line, /** @type {Result[]} */ results, /** @type {File | null} */ file) {
    this.#put(line, results.map((result) => h("div", { class: "row" },
      h("p", { class: "scan-words" }, icon(result.filed ? "ready" : "ask"), " ", result.words), file && this.#nextStep(line, result, file))));
    say(results.map((result) => result.words).join(" "));
  }

  /** What a person can do about it. */
  #nextStep(/** @type {HTMLElement} */ line, /** @type {Result} */ result, /** @type {File} */ file) {
    const button = (/** @type {string} */ words, /** @type {() => Promise<string>} */ choose) => h("button", {
      type: "button", class: "button", text: words,
      onclick: async () => {
        const query = await choose();
        if (query) await this.#send(file, line, query);
        at("main").focus({ preventScroll: true });
      },
    });
    const under = (/** @type {string} */ reference) => `?form=${encodeURIComponent(reference)}`;
    if (result.next === "add") {
      return button(`Add form ${result.form}`, async () => {
        const form = await openNewForm({ suggest: { reference: result.form } });
        if (form) this.changed();
        return form ? under(form.reference) : "";
      });
    }
    if (result.next === "replace") {
      return button("Replace the scan", async () => {
        const sure = await sendDialog({
          title: `Replace the scan of form ${result.form}?`, words: "Replace it", danger: true, send: async () => true,
          body: ["The earlier scan is no longer shown. The form's history says that it was replaced."],
        });
        return sure ? `${under(result.form)}&replace=1` : "";
      });
    }
    return result.next === "choose" && button("Choose the form", () => this.#chosen(under));
  }

  async #chosen(/** @type {(reference: string) => string} */ under) {
    const options = h("datalist", { id: "scan-forms" }, this.references().map((each) => h("option", { value: each })));
    const input = /** @type {HTMLInputElement} */ (h("input", { type: "text", list: "scan-forms", autocomplete: "off" }));
    const reference = await sendDialog({
      title: "Which form is it?", words: "File it there", focus: input, body: [field("Reference", input), options],
      send: async () => {
        if (!input.value.trim()) throw new Refused("The form's reference is empty.", "Type it as it is printed on the form.", 0);
        return input.value.trim();
      },
    });
    return reference ? under(reference) : "";
  }
}
