// The register as a page: all forms, found as one types, one of them opened beside the list.

import { get } from "./api.js";
import { at, count, h, icon } from "./dom.js";
import { FormDetails, stateMark } from "./form_details.js";
import { openNewForm } from "./forms.js";
import { openPrint } from "./print_forms.js";
import { ScanDrop } from "./scan_drop.js";
import { onServer } from "./server_events.js";
import { say, tellRefused, toast } from "./shell.js";

/** @typedef {import("./forms.js").Form} Form */

const AT_ONCE = 200; // rows that are shown before somebody asks for more
const SORTS = {
  reference: (/** @type {Form} */ one, /** @type {Form} */ other) => one.reference.localeCompare(other.reference, "en-GB", { numeric: true }),
  name: (/** @type {Form} */ one, /** @type {Form} */ other) => one.name.localeCompare(other.name, "en-GB"),
  expiry: (/** @type {Form} */ one, /** @type {Form} */ other) => (one.valid_until || "9999").localeCompare(other.valid_until || "9999"),
  used: (/** @type {Form} */ one, /** @type {Form} */ other) => other.last_used.localeCompare(one.last_used) || other.used_here - one.used_here,
};

/** A text in the form in which it is searched. @param {string} text */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase("en-GB");

class FormsPage {
  /** @type {Form[]} */
  forms = [];

  /** @type {Map<string, string>} what each form is found by */
  #keys = new Map();

  #shown = AT_ONCE;

  constructor() {
    this.search = /** @type {HTMLInputElement} */ (at("search"));
    this.event = /** @type {HTMLSelectElement} */ (at("event"));
    this.sort = /** @type {HTMLSelectElement} */ (at("sort"));
    this.details = new FormDetails(at("form"), {
      changed: () => this.load(),
      closed: (reference) => {
        document.body.classList.remove("form-open");
        history.replaceState(null, "", location.pathname);
        const row = [...document.querySelectorAll("#rows button")].find((each) => each.textContent === reference);
        /** @type {HTMLElement} */ (row ?? this.search).focus();
      },
    });
    this.scans = new ScanDrop({ element: at("drop"), list: at("scans"), changed: () => this.load(), references: () => this.forms.map((form) => form.reference) });
    const again = () => {
      this.#shown = AT_ONCE;
      this.fill();
    };
    this.search.addEventListener("input", again);
    for (const each of [this.event, this.sort, ...document.querySelectorAll("#states input")]) each.addEventListener("change", again);
    at("more").addEventListener("click", () => {
      const before = this.#shown;
      this.#shown += AT_ONCE;
      this.fill();
      /** @type {HTMLElement | undefined} */ (document.querySelectorAll("#rows button")[before])?.focus();
    });
    at("add").addEventListener("click", () => this.add());
    at("print").addEventListener("click", async () => {
      try {
        await openPrint(await get("/api/new-form"), Number(at("print").dataset.most));
      } catch (error) {
        tellRefused(error);
      }
    });
    at("file-photos").addEventListener("click", () => this.scans.takePhotos());
    let waiting = 0;
    const soon = (/** @type {number} */ after) => () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(() => this.load(), after);
    };
    onServer("forms", soon(150));
    onServer("photos", soon(1500)); // only in how many photos a form is used
    onServer("back", soon(150));
  }

  async add() {
    try {
      const form = await openNewForm();
      if (!form) return;
      toast(/** @type {any} */ (form).said, { kind: "done" });
      await this.load();
      await this.open(form.reference);
    } catch (error) {
      tellRefused(error);
    }
  }

  get #rows() {
    return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#rows tr")]);
  }

  /** @param {string} reference */
  async open(reference) {
    try {
      await this.details.show(reference, { focus: false });
      const row = /** @type {HTMLElement | undefined} */ (this.#rows.find((each) => each.dataset.reference === reference));
      const top = row?.getBoundingClientRect().top ?? 0;
      document.body.classList.add("form-open");
      if (row?.offsetParent) window.scrollBy(0, row.getBoundingClientRect().top - top); // the row stays where it was
      else window.scrollTo(0, 0);
      at("form-heading").focus({ preventScroll: true });
      history.replaceState(null, "", `#${encodeURIComponent(reference)}`);
      this.#mark();
    } catch (error) {
      tellRefused(error);
    }
  }

  async load() {
    let told;
    try {
      told = await get("/api/forms");
    } catch (error) {
      tellRefused(error);
      return;
    }
    this.forms = told.forms;
    this.#keys = new Map(this.forms.map((form) => [form.reference, plain(`${form.reference} ${form.name} ${form.event}`)]));
    this.#tellRegister(told.register);
    const chosen = this.event.value;
    this.event.replaceChildren(h("option", { value: "", text: "All events" }), ...told.events.map((/** @type {string} */ name) => h("option", { value: name, text: name })));
    this.event.value = told.events.includes(chosen) ? chosen : "";
    at("file-photos").hidden = !told.to_file.length;
    at("file-photos").textContent = `File the forms in photo${told.to_file.length === 1 && !told.to_file[0].includes("-") ? "" : "s"} ${told.to_file.join(", ")}`;
    this.fill();
  }

  #tellRegister(/** @type {{there: boolean, problem: string, hint: string}} */ register) {
    const place = at("register");
    place.hidden = !register.problem;
    if (register.problem) place.replaceChildren(icon(register.there ? "ask" : "note"), h("p", { text: `${register.problem} ${register.hint}` }));
  }

  /** The forms that are asked for, in the order that is asked for. */
  found() {
    const words = plain(this.search.value).split(/\s+/).filter(Boolean);
    const state = /** @type {HTMLInputElement} */ (document.querySelector("#states input:checked")).value;
    const event = this.event.value;
    const fits = (/** @type {Form} */ form) => {
      if (state === "here" ? !form.used_here : state && form.state !== state && !(state === "valid" && form.state === "soon")) return false;
      if (event && form.event !== event) return false;
      const key = this.#keys.get(form.reference) ?? "";
      return words.every((word) => key.includes(word));
    };
    return this.forms.filter(fits).sort(/** @type {any} */ (SORTS)[this.sort.value]);
  }

  fill() {
    const found = this.found();
    const focused = document.activeElement?.closest("#rows") ? document.activeElement.textContent : "";
    at("rows").replaceChildren(...found.slice(0, this.#shown).map((form) => this.#row(form)));
    if (focused) /** @type {HTMLElement | undefined} */ ([...document.querySelectorAll("#rows button")].find((each) => each.textContent === focused))?.focus();
    at("more").hidden = found.length <= this.#shown;
    const words = found.length === this.forms.length ? count(found.length, "form") : `${found.length} of ${count(this.forms.length, "form")}`;
    if (at("count").textContent !== words) at("count").textContent = words;
    at("table").hidden = !found.length;
    at("nothing").hidden = Boolean(found.length);
    at("nothing").textContent = this.forms.length ? "No form is like that." : "No form is in the register yet.";
    this.#mark();
  }

  #row(/** @type {Form} */ form) {
    return h("tr", { dataset: { reference: form.reference } },
      h("th", { scope: "row" }, h("button", { type: "button", class: "button quiet form-open", text: form.reference, onclick: () => this.open(form.reference) })),
      h("td", {}, h("bdi", { text: form.name }), form.minor && h("span", { class: "soft small", text: " under 18" })),
      h("td", {}, stateMark(form.state)),
      h("td", { class: "number", text: form.until }),
      h("td", { class: "form-event" }, h("bdi", { text: form.event })),
      h("td", { class: "number" }, form.used_here ? count(form.used_here, "photo") : ""),
      h("td", {}, form.scan ? h("span", {}, icon("tick"), h("span", { class: "visually-hidden", text: "yes" })) : h("span", { class: "soft", text: "–" })));
  }

  #mark() {
    for (const row of this.#rows) {
      const is = row.dataset.reference === this.details.reference && !this.details.element.hidden;
      row.classList.toggle("is-open", is);
      row.querySelector("button")?.setAttribute("aria-expanded", String(is));
    }
  }
}

const shown = new FormsPage();
await shown.load();
const asked = decodeURIComponent(location.hash.slice(1));
if (asked) await shown.open(asked);
document.addEventListener("keydown", (event) => {
  const typing = /** @type {HTMLElement} */ (event.target).matches("input, select, textarea, [contenteditable]");
  if (event.key === "/" && !typing && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    shown.search.focus();
  }
});
say("");
