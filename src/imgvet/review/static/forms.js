// A form as people type it: a new one, entered on the spot, and one that is corrected.

import * as ownApi from "./api.js";
import { h } from "./dom.js";
import { field, sendDialog } from "./form_dialog.js";

/**
 * @typedef {{reference: string, name: string, state: string, event: string, valid_until: string, until: string, minor: boolean,
 *   channels: string[], scan: boolean, problem: string, used_here: number, last_used: string}} Form
 */

const TEXTS = [
  ["signed_on", "Signed on", "As people write it, e.g. 14 June 2026."],
  ["event", "Event", "The event that it covers, under the name that the batch has."],
  ["covers_from", "First day that it covers", ""],
  ["covers_until", "Last day that it covers", ""],
  ["expires_on", "Expires on", "The last day on which it is valid. Empty: as the profile says."],
  ["contact", "How to reach them", ""],
  ["taken_by", "Who took the form", ""],
  ["note", "Notes", ""],
];
const OF_CHILD = [
  ["guardian", "Guardian", "Who signed for the child."],
  ["guardian_relation", "Relation", "What the guardian is to the child, e.g. mother."],
  ["born", "Years of birth", "A band of years, e.g. 2012-2014; never the birthday."],
];

/** @param {string} name @param {string} value */
const textInput = (name, value) => /** @type {HTMLInputElement} */ (h("input", { type: "text", name, value, autocomplete: "off", maxlength: 2000 }));

/**
 * The inputs of a form.
 * @param {Record<string, any>} values of its fields, by their names
 * @param {{all_channels: string[], model_releases: string[]}} known
 * @param {{person: HTMLInputElement, open: boolean, expires?: string}} given
 */
function inputsOf(values, known, { person, open, expires = "" }) {
  const inputs = new Map([["person", person]]);
  const texts = (/** @type {string[][]} */ rows) => rows.map(([name, label, hint]) => {
    const input = textInput(name, values[name] ?? "");
    inputs.set(name, input);
    return field(label, input, { hint: (name === "expires_on" && expires) || hint });
  });
  const minor = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", name: "minor", checked: Boolean(values.minor) }));
  const child = h("div", { class: "fields", hidden: !values.minor }, texts(OF_CHILD));
  minor.addEventListener("change", () => { child.hidden = !minor.checked; });
  const chosen = new Set(values.channels ?? []);
  const named = [...new Set([...known.all_channels, ...chosen])].filter((name) => name !== "all"); // a form may name others, too
  const channels = [...named, "all"].map((name) => /** @type {HTMLInputElement} */ (h("input",
    { type: "checkbox", name: "channels", value: name, checked: chosen.has(name) })));
  const codes = /** @type {HTMLSelectElement} */ (h("select", { name: "model_release" }, h("option", { value: "", text: "As it follows from the form" }),
    known.model_releases.map((code) => h("option", { value: code, text: code, selected: values.model_release === code }))));
  const more = h("details", { class: "more", open }, h("summary", { text: "More" }), h("div", { class: "stack" },
    h("fieldset", { class: "channels" }, h("legend", { class: "label", text: "Channels that it allows" }),
      h("div", { class: "row" }, channels.map((input) => h("label", { class: "check" }, input, input.value === "all" ? "All channels" : input.value)))),
    h("div", { class: "fields" }, texts(TEXTS), field("PLUS status", codes, { hint: "For picture agencies." }))));
  /** What stands in them, by field. */
  const said = () => {
    /** @type {Record<string, any>} */
    const typed = Object.fromEntries([...inputs].map(([name, input]) => [name, input.value.trim()]));
    typed.minor = minor.checked;
    if (!minor.checked) Object.assign(typed, { guardian: "", guardian_relation: "", born: typed.born });
    typed.channels = channels.filter((input) => input.checked).map((input) => input.value);
    if (codes.value) typed.model_release = codes.value;
    return typed;
  };
  return { said, minor, child, more, inputs };
}

/**
 * Enter a new form. Only the reference and the name are asked; all else is as the first row of the checklist has it.
 * @param {{api?: {get: (path: string) => Promise<any>, post: (path: string, body: any) => Promise<any>},
 *   suggest?: {reference?: string, person?: string, name?: string, refuses?: boolean}}} [given]
 * @returns {Promise<Form | null>} the form as the register has it; null where none was added
 */
export async function openNewForm({ api = ownApi, suggest = {} } = {}) {
  const known = await api.get("/api/new-form");
  const reference = textInput("reference", suggest.reference ?? "");
  const person = textInput("person", suggest.person ?? suggest.name ?? "");
  const { said, minor, child, more } = inputsOf(known, known, { person, open: !known.signed_on });
  const refuses = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", name: "refuses", checked: Boolean(suggest.refuses) }));
  const answer = await sendDialog({
    title: "New form",
    words: "Add the form",
    wide: true,
    body: [
      h("div", { class: "fields" },
        field("Reference", reference, { hint: `As printed on the form. Empty: the next free number (${known.prefix}-…).` }),
        field("Name", person, { hint: "Who is shown." })),
      h("div", { class: "row" },
        h("label", { class: "check" }, minor, "Under 18"),
        h("label", { class: "check" }, refuses, "The person does not want to be shown")),
      child,
      more,
    ],
    focus: reference.value && !person.value ? person : reference,
    send: () => api.post("/api/forms", { ...newValues(said(), refuses.checked), reference: reference.value.trim(), refuses: refuses.checked }),
    refused: () => { /** @type {HTMLDetailsElement} */ (more).open = true; },
  });
  return answer ? { ...answer.form, said: answer.said } : null;
}

/** What is sent of a new form; whoever refuses has signed nothing. @param {Record<string, any>} typed @param {boolean} refuses */
function newValues(typed, refuses) {
  return refuses ? { ...typed, signed_on: "", expires_on: "", channels: [] } : typed;
}

/**
 * Correct a form; only what was changed is sent.
 * @param {Record<string, any>} values of its fields, as the server gives them
 * @returns {Promise<any>} all that the register has of it now; null where nothing was sent
 */
export async function openCorrection(values) {
  const known = await ownApi.get("/api/new-form");
  const person = textInput("person", values.person);
  const { said, minor, child, more } = inputsOf(values, known, { person, open: true, expires: "The last day on which it is valid. Empty: no end." });
  const why = textInput("why", "");
  return sendDialog({
    title: `Correct form ${values.reference}`,
    words: "Save the correction",
    wide: true,
    body: [field("Name", person), h("label", { class: "check" }, minor, "Under 18"), child, more,
      field("Why", why, { hint: "Kept in the form's history, with what it said before." })],
    focus: person,
    send: () => {
      const plain = (/** @type {any} */ value) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value ?? "");
      const changed = Object.entries(said()).filter(([name, value]) => plain(value) !== plain(values[name]));
      return ownApi.post(`/api/forms/${encodeURIComponent(values.reference)}/correct`, { ...Object.fromEntries(changed), why: why.value });
    },
  });
}
