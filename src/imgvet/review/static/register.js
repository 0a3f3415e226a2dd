// The forms of the register, as far as an answer needs them: fetched once, the ones used last first.

import { get } from "./api.js";
import { count, h, icon, keptForSession, showDialog, styled } from "./dom.js";
import { tellRefused, toast } from "./shell.js";

/** @typedef {{reference: string, name: string, note: string, usable: boolean, last: string, here: number}} Form */

const MOST_SHOWN = 40;

/** A form as this page shows it. @param {any} told what the register says of it @returns {Form} */
function formOf(told) {
  const note = told.problem || [told.event, told.minor ? "under 18" : "", told.until ? `until ${told.until}` : ""].filter(Boolean).join(" · ");
  return { reference: told.reference, name: told.name, usable: !told.problem, note, last: told.last_used ?? "", here: told.used_here ?? 0 };
}

export class Register {
  /** @type {Promise<Form[]> | null} */
  #forms = null;

  /** References in the order in which they were used, newest first. @type {string[]} */
  #used = keptForSession.get("forms-used", []);

  /** @returns {Promise<Form[]>} */
  forms() {
    this.#forms ??= get("/api/forms").then((told) => (told.forms ?? told).map(formOf));
    this.#forms.catch(() => { this.#forms = null; });
    return this.#forms;
  }

  /** The register has changed. */
  forget() {
    this.#forms = null;
  }

  /** @param {string} reference was just given for a face */
  use(reference) {
    this.#used = [reference, ...this.#used.filter((each) => each !== reference)].slice(0, 30);
    keptForSession.set("forms-used", this.#used);
  }

  /**
   * The forms that the text fits, best first.
   * @param {Form[]} forms @param {string} text @param {string} suggested
   */
  found(forms, text, suggested) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const rank = (/** @type {Form} */ form) => {
      const place = this.#used.indexOf(form.reference);
      const starts = words.length && form.reference.toLowerCase() === words.join(" ") ? 0 : 1;
      return [form.reference === suggested && !words.length ? 0 : 1, starts, form.usable ? 0 : 1, place < 0 ? 99 : place];
    };
    return forms.filter((form) => {
      const said = `${form.reference} ${form.name}`.toLowerCase();
      return words.every((word) => said.includes(word));
    }).map((form) => ({ form, rank: rank(form) })).sort((one, other) => {
      const differs = one.rank.findIndex((each, place) => each !== other.rank[place]);
      return differs < 0 ? Math.sign(other.form.here - one.form.here) || other.form.last.localeCompare(one.form.last) || other.form.reference.localeCompare(one.form.reference, "en-GB", { numeric: true }) : one.rank[differs] - other.rank[differs];
    }).map(({ form }) => form);
  }

  /**
   * Choose a form in a dialog.
   * @param {string} title
   * @returns {Promise<string>} its reference; empty where none was chosen
   */
  choose(title) {
    return new Promise((resolve) => {
      let chosen = "";
      const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "dialog", "aria-labelledby": "choose-title" }));
      const picker = formPicker({ register: this, suggestion: null, take: (reference) => { chosen = reference; dialog.close(); }, cancel: () => dialog.close() });
      dialog.append(h("div", { class: "dialog-body" }, h("h2", { id: "choose-title", text: title }), picker.element));
      showDialog(dialog, () => resolve(chosen));
      picker.focus();
    });
  }
}

/** Enter a new form on the spot; its reference, or empty. @returns {Promise<string>} */
async function newForm(suggest = {}) {
  let openNewForm;
  try {
    ({ openNewForm } = await import("./forms.js"));
    styled("/static/forms.css");
  } catch {
    toast("The form cannot be entered here. Enter it on the page Forms, then choose it here.", { kind: "problem" });
    return "";
  }
  const form = await openNewForm({ suggest });
  return typeof form === "string" ? form : form?.reference ?? "";
}

/**
 * A field that finds a form by reference and name while one types.
 * @param {{register: Register, suggestion: {reference: string, words: string} | null, take: (reference: string) => void, cancel: () => void}} given
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function formPicker({ register, suggestion, take, cancel }) {
  /** @type {Form[]} */
  let forms = [];
  /** @type {{reference: string, element: HTMLElement}[]} */
  let options = [];
  let at = 0;
  const list = h("ul", { role: "listbox", id: "form-options", class: "picker-list", "aria-label": "Forms" });
  const told = h("p", { class: "visually-hidden", role: "status" });
  const input = /** @type {HTMLInputElement} */ (h("input", {
    type: "text", role: "combobox", id: "form-text", autocomplete: "off", spellcheck: "false", "aria-expanded": "true", "aria-controls": "form-options",
    "aria-autocomplete": "list", placeholder: "Reference or name",
  }));
  const element = h("div", { class: "picker" },
    h("label", { for: "form-text", text: "Release form" }), h("span", { class: "search" }, icon("search"), input), list, told,
    h("div", { class: "row" }, h("button", { type: "button", class: "button quiet", onclick: cancel }, "Back ", h("kbd", { text: "Esc" }))));

  const mark = () => {
    options.forEach(({ element: each }, place) => each.setAttribute("aria-selected", String(place === at)));
    const here = options[at]?.element;
    if (here) {
      input.setAttribute("aria-activedescendant", here.id);
      here.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  const choose = async (/** @type {string} */ reference) => {
    let chosen = reference;
    if (!chosen) {
      const typed = input.value.trim();
      chosen = await newForm(/\d/.test(typed) ? { reference: typed } : { person: typed });
      register.forget();
      if (!chosen) {
        input.focus();
        return;
      }
    }
    register.use(chosen);
    take(chosen);
  };

  const fill = () => {
    const text = input.value;
    const found = register.found(forms, text, suggestion?.reference ?? "");
    const option = (/** @type {string} */ reference, /** @type {any[]} */ children) => {
      const each = h("li", { role: "option", id: `form-option-${options.length}`, class: "picker-option", onclick: () => choose(reference) }, children);
      options.push({ reference, element: each });
      return each;
    };
    options = [];
    const shown = found.slice(0, MOST_SHOWN).map((form) => option(form.reference, [
      h("b", { text: form.reference }), h("span", {}, h("bdi", { text: form.name })),
      form.reference === suggestion?.reference ? h("span", { class: "small picker-reason" }, icon("form"), suggestion.words) : form.note && h("span", { class: "small soft", text: form.note })]));
    shown.push(option("", [icon("plus"), h("span", { text: "New form …" })]));
    list.replaceChildren(...shown);
    at = 0;
    mark();
    told.textContent = text ? (found.length ? `${count(found.length, "form")}; ${found[0].reference}, ${found[0].name}` : "No form is like that") : "";
  };

  input.addEventListener("input", fill);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      cancel();
    } else if (event.target === input && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
      mark();
    } else if (event.target === input && event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (options[at]) choose(options[at].reference);
    }
  });
  register.forms().then((known) => {
    forms = known;
    fill();
  }, tellRefused);
  return { element, focus: () => input.focus() };
}
