// What can be done for several photos at once, from the light table.

import { get, post, upload } from "./api.js";
import { count, h, styled } from "./dom.js";
import { ask, tellRefused } from "./shell.js";
import { possibleFaces, questionsOf, unanswered, unansweredAreas } from "./store.js";
import { hideAreas, noFaces } from "./sweep.js";

/** @typedef {import("./store.js").Row} Row */

/**
 * The buttons below the light table.
 * @param {Row[]} rows that are selected
 * @param {any} table with `store`, `actions`, `register`
 * @param {() => void} clear
 * @returns {HTMLElement[]}
 */
export function decideForSeveral(rows, { store, actions, register }, clear) {
  const faces = rows.flatMap((row) => unanswered(row).map((face) => [row.number, face.number]));
  const possible = rows.flatMap((row) => possibleFaces(row).map((face) => [row.number, face.number]));
  const areas = rows.flatMap((row) => unansweredAreas(row).map((area) => [row.number, area.number]));
  const inside = rows.filter((row) => !row.excluded);
  const questions = new Map();
  for (const row of inside) {
    for (const need of questionsOf(row)) {
      const key = `${need.rule} ${need.sentence}`;
      if (!questions.has(key)) questions.set(key, { need, photos: [] });
      questions.get(key).photos.push(row.number);
    }
  }
  const buttons = [h("strong", { class: "number", text: `${count(rows.length, "photo")} selected` })];
  const add = (/** @type {string} */ words, /** @type {boolean} */ can, /** @type {() => void} */ run) => {
    buttons.push(h("button", { type: "button", class: "button", text: words, disabled: !can, onclick: run }));
  };
  add(faces.length ? `Hide ${count(faces.length, "open face")}` : "Hide open faces", faces.length > 0, async () => {
    const sure = faces.length === 1 || await ask({
      title: `Hide ${count(faces.length, "face")}?`, body: [`Every face that has no answer yet, in ${count(rows.length, "photo")}, is hidden in the pictures.`],
      buttons: [{ words: "Cancel", value: false }, { words: "Hide them", value: true, kind: "primary" }],
    });
    if (sure) actions.decide({ parts: faces, kind: "redact" });
  });
  if (areas.length) add(`Hide ${count(areas.length, "area")} …`, true, () => hideAreas(areas, { store, actions }));
  if (possible.length && store.answer("not-a-face")) add(`No face: ${count(possible.length, "possible face")} …`, true, () => noFaces(possible, { store, actions }));
  const last = actions.last;
  if (last && faces.length && last.kind !== "redact" && store.answer(last.kind)?.about.includes("face")) {
    const label = last.kind === "release" ? last.value : store.answer(last.kind)?.label ?? last.kind;
    add(`Same answer: ${label}`, true, async () => {
      const sure = await ask({
        title: `${label}: for ${count(faces.length, "face")}?`, body: ["Only where it is true of each of them. Look at every face first."],
        buttons: [{ words: "Cancel", value: false }, { words: "Answer for all", value: true, kind: "primary" }],
      });
      if (sure) actions.decide({ parts: faces, ...last });
    });
  }
  add("One form for all open faces …", faces.length > 0, async () => {
    const reference = await register.choose(`One form for ${count(faces.length, "face")}`);
    if (reference) actions.decide({ parts: faces, kind: "release", value: reference });
  });
  add(questions.size ? "Answer a question …" : "Answer a question", questions.size > 0, () => answerQuestion([...questions.values()], { store, actions }));
  add("Title and caption …", true, () => wordsForSeveral(rows, actions));
  add("Leave out …", inside.length > 0, () => leaveOut(inside, { store, actions }));
  buttons.push(h("button", { type: "button", class: "button quiet", onclick: clear }, "Select nothing ", h("kbd", { text: "Esc" })));
  return buttons;
}

/**
 * The words of several photos: what is changed is saved for all.
 * @param {Row[]} rows @param {any} actions
 */
async function wordsForSeveral(rows, actions) {
  const [first, ...others] = rows;
  const place = h("div", { class: "words-place" });
  try {
    const { mountWords } = await import("./words.js");
    styled("/static/words.css");
    const done = ask({ title: rows.length === 1 ? `Title and caption of photo ${first.number}` : `Title and caption of ${count(rows.length, "photo")}`,
      body: [place], buttons: [{ words: "Close", value: null }] });
    const mounted = await mountWords(place, first, { api: { get, post, upload }, also: others.map((row) => row.number), onSaved: (/** @type {any} */ told) => actions.recorded(told, first.number) });
    mounted.focus();
    await done;
    await mounted.close();
  } catch (error) {
    tellRefused(error);
  }
}

/**
 * A reason, typed.
 * @param {string} label @param {boolean} needed
 */
const reasonField = (label, needed) => h("div", { class: "field" }, h("label", { for: "several-reason", text: label }),
  h("input", { id: "several-reason", type: "text", required: needed, maxlength: 500, autocomplete: "off" }));

/**
 * Leave photos out, with one reason.
 * @param {Row[]} rows @param {any} given
 */
export async function leaveOut(rows, { actions }) {
  const which = rows.length === 1 ? `photo ${rows[0].number}` : count(rows.length, "photo");
  const note = await ask({
    title: `Leave out ${which}?`,
    body: [rows.length === 1 ? "It is not published anywhere. You can undo this." : "They are not published anywhere. You can undo this.", reasonField("Reason", true)],
    buttons: [{ words: "Cancel", value: null }, { words: "Leave out", kind: "primary", value: (/** @type {Element} */ dialog) => value(dialog) }],
    focus: "input",
  });
  if (note) return actions.decide({ photos: rows.map((row) => row.number), kind: "exclude", note });
  return false;
}

const value = (/** @type {Element} */ dialog) => /** @type {HTMLInputElement} */ (dialog.querySelector("#several-reason")).value.trim();

/** @param {{need: any, photos: number[]}[]} questions @param {any} given */
async function answerQuestion(questions, { store, actions }) {
  const radios = questions.flatMap(({ need, photos }, place) => need.kinds.filter((/** @type {string} */ kind) => kind !== "exclude").map((/** @type {string} */ kind) =>
    h("label", { class: "check" }, h("input", { type: "radio", name: "question", required: true, value: `${place} ${kind}` }),
      h("span", {}, `${need.sentence} `, h("span", { class: "soft", text: `${kindWords(kind, store)} · ${count(photos.length, "photo")}` })))));
  const chosen = await ask({
    title: "Answer a question", body: [h("fieldset", { class: "stack" }, h("legend", { class: "visually-hidden", text: "Question" }), radios), reasonField("Reason why the photos may be published", !questions.every(({ need }) => need.statement))],
    buttons: [{ words: "Cancel", value: null }, { words: "Answer for all", kind: "primary", value: (/** @type {Element} */ dialog) => ({
      which: /** @type {HTMLInputElement} */ (dialog.querySelector("[name=question]:checked")).value, note: value(dialog) }) }],
    focus: "input[type=radio]",
  });
  if (!chosen) return;
  const [place, kind] = chosen.which.split(" ");
  const { need, photos } = questions[Number(place)];
  actions.decide({ photos, kind, value: questionValue(need, kind), note: chosen.note });
}

/** What the answer names: the rule that asks; other kinds are the answer to one rule alone. @param {any} need @param {string} kind */
export const questionValue = (need, kind) => (kind === "answer" || kind === "approve" ? need.rule : "");

/** @type {Record<string, string>} */
const KINDS = { answer: "May be published", own: "Our own picture", licensed: "Used under licence", exclude: "Leave the photo out", approve: "Approve the answer" };

/** A kind of answer for a photo, in words. @param {string} kind @param {any} store */
export const kindWords = (kind, store) => KINDS[kind] ?? store.answer(kind)?.label ?? kind;
