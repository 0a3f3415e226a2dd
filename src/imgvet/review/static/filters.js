// Which photos the light table shows, and in which order. Plain functions on rows.

import { hasWork, isOpen, partsOf } from "./store.js";

/** @typedef {import("./store.js").Row} Row */

/** @type {Record<string, {words: string, holds: (row: Row) => boolean}>} */
export const STATES = {
  all: { words: "All", holds: () => true },
  needs: { words: "Needs something", holds: (row) => !row.excluded && row.verdict !== "ready" },
  ready: { words: "Ready", holds: (row) => !row.excluded && row.verdict === "ready" },
  published: { words: "Published", holds: (row) => row.published },
  excluded: { words: "Left out", holds: (row) => row.excluded },
};

const inWords = (/** @type {string} */ rule) => {
  const words = rule.replaceAll("-", " ").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** @type {Record<string, {words: string, holds: (row: Row) => boolean}>} */
const FACES = {
  "face:open": { words: "Faces that need a form or a decision", holds: (row) => some(row, (face) => face.state === "open" && face.likely) },
  "face:possible": { words: "Possible faces to check", holds: (row) => some(row, (face) => face.state === "open" && !face.likely) },
  "face:refused": { words: "Faces to hide: the person refused", holds: (row) => some(row, (face) => face.state === "refused") },
  "face:problem": { words: "Answers that need correcting", holds: (row) => some(row, (face) => face.state === "problem") },
  "face:suggested": { words: "Faces with a photographed form", holds: (row) => some(row, (face) => isOpen(face) && !!face.suggestion) },
};

/** @type {Record<string, {words: string, holds: (row: Row) => boolean}>} */
const AREAS = {
  "area:open": { words: "Areas to look at", holds: (row) => !row.excluded && row.areas.some(isOpen) },
  "area:blocked": { words: "Areas that must not be published", holds: (row) => !row.excluded && row.areas.some((area) => isOpen(area) && area.blocks) },
  "area:drawn": { words: "With areas that somebody drew", holds: (row) => row.areas.some((area) => area.added) },
};

const SETS = {
  duplicates: { words: "Duplicates and look-alikes", holds: (/** @type {Row} */ row) => row.duplicate_of != null || row.similar.length > 0 },
  bursts: { words: "Bursts", holds: (/** @type {Row} */ row) => row.burst != null },
  drafts: { words: "With words brought by the file", holds: (/** @type {Row} */ row) => row.draft },
  worded: { words: "With words of their own", holds: (/** @type {Row} */ row) => row.has_words },
};

/** Whether an area of the photo is open by that rule. @param {Row} row @param {string} rule */
const asksOf = (row, rule) => !row.excluded && row.areas.some((area) => area.rule === rule && isOpen(area));

/** The open areas by what they may show. @param {Row[]} rows */
const areaRules = (rows) => [...new Set(rows.flatMap((row) => row.areas.map((area) => area.rule)))].filter((rule) => rule !== "drawn").map((rule) =>
  ({ value: `area-rule:${rule}`, words: `Areas: ${inWords(rule).toLowerCase()}`, count: rows.filter((row) => asksOf(row, rule)).length }));

const some = (/** @type {Row} */ row, /** @type {(face: any) => boolean} */ holds) => !row.excluded && row.faces.some(holds);

/**
 * What one can narrow the table down to, grouped, each with how many photos it has; those with none are left out.
 * @param {Row[]} rows
 * @returns {{title: string, options: {value: string, words: string, count: number}[]}[]}
 */
export function narrowings(rows) {
  const table = (/** @type {Record<string, {words: string, holds: (row: Row) => boolean}>} */ of) =>
    Object.entries(of).map(([value, { words, holds }]) => ({ value, words, count: rows.filter(holds).length }));
  const rules = new Map();
  const answers = new Map();
  for (const row of rows) {
    for (const rule of new Set(row.excluded ? [] : row.needs.filter((need) => !need.about_faces).map((need) => need.rule))) {
      rules.set(rule, (rules.get(rule) ?? 0) + 1);
    }
    const given = new Map(partsOf(row).filter((face) => face.answer).map((face) => [answerKey(face.answer), face.answer?.label ?? ""]));
    for (const [value, words] of given) answers.set(value, { words, count: (answers.get(value)?.count ?? 0) + 1 });
  }
  const groups = [
    { title: "What is needed", options: [
      ...table(FACES), ...table(AREAS), ...areaRules(rows), ...[...rules].map(([rule, count]) => ({ value: `rule:${rule}`, words: inWords(rule), count }))] },
    { title: "Sets", options: table(SETS) },
    { title: "By form or answer", options: [...answers].map(([value, { words, count }]) => ({ value: `answer:${value}`, words, count }))
      .sort((one, other) => one.words.localeCompare(other.words, "en-GB", { numeric: true })) },
  ];
  return groups.map(({ title, options }) => ({ title, options: options.filter(({ count }) => count) })).filter(({ options }) => options.length);
}

const answerKey = (/** @type {any} */ answer) => `${answer.kind} ${answer.value}`.trim();

/** @param {string} narrowing @returns {(row: Row) => boolean} */
function narrowed(narrowing) {
  if (!narrowing) return () => true;
  if (narrowing.startsWith("rule:")) return (row) => !row.excluded && row.needs.some((need) => need.rule === narrowing.slice(5));
  if (narrowing.startsWith("answer:")) return (row) => partsOf(row).some((face) => face.answer && answerKey(face.answer) === narrowing.slice(7));
  if (narrowing.startsWith("area-rule:")) return (row) => asksOf(row, narrowing.slice(10));
  return /** @type {any} */ ({ ...FACES, ...AREAS, ...SETS })[narrowing]?.holds ?? (() => true);
}

const RANK = ["ready", "ask", "release", "blocked", "failed"];

/** @type {Record<string, {words: string, before: (one: Row, other: Row) => number}>} */
export const SORTS = {
  number: { words: "Number", before: (one, other) => one.number - other.number },
  time: { words: "Time taken", before: (one, other) =>
    String(one.captured || "9").localeCompare(String(other.captured || "9")) || one.number - other.number },
  left: { words: "Needs most first", before: (one, other) =>
    other.left - one.left || RANK.indexOf(other.verdict) - RANK.indexOf(one.verdict) || one.number - other.number },
};

/** Whether every word is in the photo's number, name, answers or what it needs. */
function matches(/** @type {Row} */ row, /** @type {string[]} */ words) {
  if (!words.length) return true;
  const text = [row.number, row.original, row.word, ...row.needs.map((need) => need.sentence),
    ...row.areas.map((area) => area.what), ...partsOf(row).flatMap((face) => (face.answer ? [face.answer.label, face.answer.value, face.answer.note, face.answer.by] : []))]
    .join(" ").toLowerCase();
  return words.every((word) => (/^\d+$/.test(word) ? text.split(/\D+/).some((part) => Number(part) === Number(word)) || text.includes(word) : text.includes(word)));
}

/**
 * @param {Iterable<Row>} rows
 * @param {{state: string, narrowing: string, text: string, sort: string}} chosen
 * @returns {Row[]}
 */
export function chosenRows(rows, { state, narrowing, text, sort }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const number = words.length === 1 && /^\d+$/.test(words[0]) ? Number(words[0]) : 0;
  const holds = narrowed(narrowing);
  const found = [...rows].filter((row) => STATES[state].holds(row) && holds(row) && (number ? row.number === number || matches(row, words) : matches(row, words)));
  return found.sort((one, other) => (number ? Number(other.number === number) - Number(one.number === number) : 0) || SORTS[sort].before(one, other));
}

/** How many photos still have something that can be answered here. @param {Iterable<Row>} rows */
export const withWork = (rows) => [...rows].filter(hasWork).length;
