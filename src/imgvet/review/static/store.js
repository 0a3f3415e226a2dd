// What the page knows of the batch: the rows of the photos as the server gave them, and on top what was just answered.

import { get, person } from "./api.js";

/**
 * @typedef {{kind: string, value: string, label: string, by: string, at: string, note: string, approved_by: string, waits: boolean}} FaceAnswer
 * @typedef {{number: number, box: [number, number, number, number], likely: boolean, state: "open"|"answered"|"problem"|"refused",
 *   answer: FaceAnswer | null, problem: any, suggestion: {reference: string, words: string} | null, added: boolean, seen: number, key: string}} Face
 * @typedef {{number: string, letters: string, box: [number, number, number, number], outline: [number, number][], likely: boolean,
 *   state: "open"|"answered"|"problem", rule: string, what: string, why: string, blocks: boolean, answer: FaceAnswer | null, problem: any,
 *   suggestion: null, added: boolean, seen: number, key: string}} Area `number` is its letters: what people call it, as a face by its number
 * @typedef {Face | Area} Part
 * @typedef {number | string} PartName the number of a face, the letters of an area
 * @typedef {{rule: string, sentence: string, hint: string, code: string, kinds: string[], about_faces: boolean, box: number[] | null, statement: boolean}} Need
 * @typedef {{number: number, original: string, captured: string, width: number, height: number, verdict: string, word: string,
 *   needs: Need[], left: number, faces: Face[], areas: Area[], channels: {channel: string, state: string, why: string}[], excluded: boolean,
 *   published: boolean, in_folder: boolean, duplicate_of: any, similar: any[], burst: number | null, has_words: boolean,
 *   draft: boolean, alt: string, seen: number, picture: string}} Row
 * @typedef {{kind: string, label: string, meaning: string, key: string, needs: string, second_person: boolean, about: string[]}} Answer
 * @typedef {[number, PartName]} Target a photo, and a face or an area of it
 * @typedef {{parts?: Target[], photos?: number[], kind: string, value?: string, note?: string, openOnly?: boolean}} Said
 */

/** @param {Part} part @returns {part is Area} */
export const isArea = (part) => "letters" in part;

/** The faces of a photo, then its areas. @param {Row} row @returns {Part[]} */
export const partsOf = (row) => [...row.faces, ...row.areas];

/** "face 2", "area A". @param {PartName} name */
export const partWords = (name) => (typeof name === "number" ? `face ${name}` : `area ${name}`);

/** Whether somebody still has to answer for it. @param {Part} part */
export const isOpen = (part) => part.state !== "answered";

/** Whether the answer of somebody else needs the approval of whoever is here. @param {Part} part */
export const canApprove = (part) => !!part.answer?.waits && !part.answer.approved_by && part.answer.by !== person;

/** The faces of a photo that nobody has answered for. @param {Row} row */
export const unanswered = (row) => (row.excluded ? [] : row.faces.filter(isOpen));

/** The same of its areas. @param {Row} row */
export const unansweredAreas = (row) => (row.excluded ? [] : row.areas.filter(isOpen));

/** The faces that may be none, and that nobody has answered for. @param {Row} row */
export const possibleFaces = (row) => unanswered(row).filter((face) => face.state === "open" && !face.likely);

/** The faces and areas of a photo that need something from whoever is here. @param {Row} row */
export const openParts = (row) => (row.excluded ? [] : partsOf(row).filter((part) => isOpen(part) || canApprove(part)));

/** What the photo as a whole is asked, and can be answered here. @param {Row} row */
export const questionsOf = (row) => (row.excluded ? [] : row.needs.filter((need) => !need.about_faces && need.kinds.length));

/** Whether there is a picture of the photo to be shown. @param {Row} row */
export const isShown = (row) => row.verdict !== "failed" || partsOf(row).length > 0;

/** Whether something in the photo can be answered now. @param {Row} row */
export const hasWork = (row) => openParts(row).length > 0 || questionsOf(row).length > 0;

/** The sentence of a problem, however it is given. @param {any} problem */
export const problemWords = (problem) =>
  (!problem ? "" : typeof problem === "string" ? problem : [problem.sentence ?? problem.reason, problem.hint].filter(Boolean).join(" "));

const BESIDE = new Set(["approve", "reopen", "answer", "own", "licensed"]);

export class Store {
  /** @type {any} */
  batch = null;

  /** The newest entry of the log that is in the rows. */
  seq = 0;

  /** @type {Map<number, Row>} as the server gave them */
  #told = new Map();

  /** @type {Map<number, Row>} */
  rows = new Map();

  /** @type {number[]} in order */
  numbers = [];

  /** @type {Set<Said>} answers on their way */
  #pending = new Set();

  /** @type {((changed: number[], why: string) => void)[]} */
  #listeners = [];

  /** @param {(changed: number[], why: string) => void} listener called after each change */
  listen(listener) {
    this.#listeners.push(listener);
  }

  async load() {
    const [batch, photos] = await Promise.all([get("/api/batch"), get("/api/photos")]);
    this.batch = batch;
    this.#replace(photos);
  }

  /** What is known of the batch as a whole again: statements, notes, reasons. */
  async reloadBatch() {
    this.batch = await get("/api/batch");
    this.#tell([], "batch");
  }

  /** All rows again, e.g. after the server was away. */
  async reload() {
    await this.load();
    this.#tell(this.numbers, "all");
  }

  #replace(/** @type {{seq: number, photos: Row[]}} */ { seq, photos }) {
    this.seq = seq;
    this.#told = new Map(photos.map((row) => [row.number, named(row)]));
    this.numbers = [...this.#told.keys()].sort((one, other) => one - other);
    this.rows = new Map(this.numbers.map((number) => [number, this.#shown(number)]));
  }

  /**
   * Rows that the server has sent.
   * @param {{seq: number, changed: Row[], statements?: {open: number, total: number}}} told
   * @param {"mine"|"others"} why
   * @returns {{before: Row | undefined, now: Row}[]} those that are new to us
   */
  apply({ seq, changed, statements }, why) {
    if (statements) this.batch.statements = statements;
    const news = [];
    for (const row of changed.map(named)) {
      const before = this.#told.get(row.number);
      if (before && before.seen > row.seen) continue; // an older state, overtaken on its way
      if (before && JSON.stringify(before) === JSON.stringify(row)) continue; // what is known already, e.g. of one's own answer
      news.push({ before, now: row });
      this.#told.set(row.number, row);
      if (!before) this.numbers = [...this.numbers, row.number].sort((one, other) => one - other);
      this.rows.set(row.number, this.#shown(row.number));
    }
    this.seq = Math.max(this.seq, seq);
    if (news.length) this.#tell(news.map(({ now }) => now.number), why);
    return news;
  }

  /**
   * Show an answer that is on its way as if it were there.
   * @param {Said} said
   * @returns {() => void} takes it away again; the server's row is shown then
   */
  expect(said) {
    this.#pending.add(said);
    const numbers = [...new Set([...(said.parts ?? []).map(([photo]) => photo), ...(said.photos ?? [])])];
    const show = (/** @type {string} */ why) => {
      for (const number of numbers) if (this.#told.has(number)) this.rows.set(number, this.#shown(number));
      this.#tell(numbers, why);
    };
    show("mine");
    return () => {
      if (this.#pending.delete(said)) show("mine");
    };
  }

  /** @param {number} number */
  #shown(number) {
    let row = /** @type {Row} */ (this.#told.get(number));
    for (const said of this.#pending) row = expected(row, said, this.batch);
    return row;
  }

  #tell(/** @type {number[]} */ changed, /** @type {string} */ why) {
    for (const listener of this.#listeners) listener(changed, why);
  }

  /** How many things are still to do, statements included. */
  get left() {
    let left = this.batch?.statements?.open ?? 0;
    for (const row of this.rows.values()) left += row.left;
    return left;
  }

  /** The answers that are offered for a face, and leaving out its photo. @returns {Answer[]} */
  get faceAnswers() {
    return this.batch.answers.filter((/** @type {Answer} */ each) => !BESIDE.has(each.kind) && (each.kind === "exclude" || (each.about?.includes("face") ?? true)));
  }

  /** The answers that are offered for an area, and leaving out its photo. @returns {Answer[]} */
  get areaAnswers() {
    const about = this.batch.answers.filter((/** @type {Answer} */ each) => !BESIDE.has(each.kind) && each.about.includes("area"));
    return [...about, ...this.batch.answers.filter((/** @type {Answer} */ each) => each.kind === "exclude")];
  }

  /** Those that are offered for this one. @param {Part} part @returns {Answer[]} */
  answersFor(part) {
    return isArea(part) ? this.areaAnswers.filter(({ kind }) => !(part.blocks && kind === "fine")) : this.faceAnswers;
  }

  /** @param {number} photo @param {PartName | null} name @returns {Part | null} */
  part(photo, name) {
    const row = this.rows.get(photo);
    return (row && partsOf(row).find((each) => each.number === name)) ?? null;
  }

  /** Which face or area is shown under a name: they move when some are drawn. @param {number} photo @param {PartName} name */
  key(photo, name) {
    return this.part(photo, name)?.key ?? "";
  }

  /** The picture of a face or an area as it is now, and of no other. @param {number} photo @param {PartName} face */
  picture(photo, face) {
    return `/pictures/${typeof face === "number" ? "face" : "area"}/${photo}/${face}?v=${encodeURIComponent(this.rows.get(photo)?.picture ?? "")}&of=${this.key(photo, face)}`;
  }

  /** @param {string} kind @returns {Answer | undefined} */
  answer(kind) {
    return this.batch.answers.find((/** @type {Answer} */ each) => each.kind === kind);
  }
}

/** The row, its areas called by their letters. @param {Row} row @returns {Row} */
function named(row) {
  for (const area of row.areas) Object.assign(area, { number: area.letters, suggestion: null });
  return row;
}

/** The row as it will be once the answer is there. */
function expected(/** @type {Row} */ row, /** @type {Said} */ said, /** @type {any} */ batch) {
  if (said.photos?.includes(row.number)) {
    if (said.kind === "exclude") return { ...row, excluded: true, left: 0 };
    if (said.kind === "reopen") return row;
    const rule = (said.value ?? "").split(" ")[0];
    const needs = row.needs.filter((need) => need.about_faces || (rule ? need.rule !== rule : !need.kinds.includes(said.kind)));
    return { ...row, needs, left: Math.max(0, row.left - (row.needs.length - needs.length)) };
  }
  const mine = new Set((said.parts ?? []).filter(([photo]) => photo === row.number).map(([, name]) => name));
  if (!mine.size) return row;
  let left = row.left;
  const answered = (/** @type {any} */ face) => {
    if (!mine.has(face.number) || (said.openOnly && !isOpen(face))) return face;
    const settled = said.kind !== "refused" && said.kind !== "reopen";
    left += (settled ? 0 : 1) - (isOpen(face) ? 1 : 0);
    if (said.kind === "reopen") return { ...face, state: /** @type {const} */ ("open"), answer: null, problem: null };
    if (said.kind === "approve") return { ...face, answer: face.answer && { ...face.answer, waits: false, approved_by: person } };
    const label = said.kind === "release" ? said.value
      : batch.answers.find((/** @type {Answer} */ each) => each.kind === said.kind)?.label ?? said.kind;
    return {
      ...face, state: /** @type {"answered"|"refused"} */ (settled ? "answered" : "refused"), problem: null,
      answer: { kind: said.kind, value: said.value ?? "", label: label ?? "", by: person, at: new Date().toISOString(),
        note: said.note ?? "", approved_by: "", waits: false },
    };
  };
  return { ...row, faces: row.faces.map(answered), areas: row.areas.map(answered), left };
}
