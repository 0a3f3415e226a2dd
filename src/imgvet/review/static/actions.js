// What people do: answer, undo, repeat. Shown at once, corrected by what the server says, one after the other.

import { Refused, get, person, post } from "./api.js";
import { at, keptForSession, listed, when } from "./dom.js";
import { ask, say, tellRefused, toast } from "./shell.js";
import { partWords } from "./store.js";

/** @typedef {import("./store.js").Store} Store @typedef {import("./store.js").Said} Said */

const MOST_UNDO = 200;

export class Actions {
  #store;

  /** Answers go to the server in the order in which they were given. */
  #queue = Promise.resolve();

  /** The log as this page has written it, newest last. @type {{entries: number[], said: string, photo: number, face: import("./store.js").PartName | null}[]} */
  #done = keptForSession.get("undo", []);

  /** The answer that `.` gives again. @type {{kind: string, value: string, note: string} | null} */
  last = keptForSession.get("last-answer", null);

  /** Called where an answer was not taken, with the face or area to go back to. @type {(photo: number, face: import("./store.js").PartName | null) => void} */
  onRefused = () => {};

  /** Called where an answer was undone. @type {(photo: number, face: import("./store.js").PartName | null) => void} */
  onUndone = () => {};

  /** How many answers the server does not have yet. */
  #waiting = 0;

  /** @param {Store} store */
  constructor(store) {
    this.#store = store;
    window.addEventListener("beforeunload", (event) => {
      if (this.#waiting) event.preventDefault();
    });
    document.addEventListener("click", (event) => this.#follow(event));
  }

  /** Leave by a link only when everything is recorded. */
  async #follow(/** @type {MouseEvent} */ event) {
    const link = /** @type {Element} */ (event.target).closest("a");
    const leaves = link?.href && !link.download && !link.target && link.pathname !== location.pathname;
    if (!this.#waiting || !leaves || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    say("One moment: your answers are being recorded");
    while (this.#waiting) await this.#queue;
    location.assign(link.href);
  }

  /**
   * Answer for faces, areas or photos. It shows at once.
   * @param {Said} said
   * @returns {Promise<boolean>} whether it is recorded
   */
  decide(said) {
    const parts = said.parts ?? [];
    if (parts.length && !said.openOnly) {
      this.last = { kind: said.kind, value: said.value ?? "", note: said.note ?? "" };
      keptForSession.set("last-answer", this.last);
    }
    const seen = this.#seen(said);
    const faces = parts.filter(([, name]) => typeof name === "number");
    const areas = parts.filter(([, name]) => typeof name === "string");
    const keys = [...faces, ...areas].map(([photo, name]) => this.#store.key(photo, name));
    const settle = this.#store.expect(said);
    return this.#next(async () => {
      const body = { kind: said.kind, value: said.value ?? "", note: said.note ?? "", seen,
        ...(parts.length ? { faces, areas, keys } : { photos: said.photos }), ...(said.openOnly ? { open_only: true } : {}) };
      const place = parts.length ? parts[0] : [said.photos?.[0] ?? 0];
      return this.#posted("/api/decide", body, place, settle);
    });
  }

  /**
   * Draw a face, or another box round one.
   * @param {{photo: number, box: number[], face?: number}} drawn
   * @returns {Promise<any>} what the server says; null where it refused
   */
  draw(drawn) {
    const key = drawn.face ? this.#store.key(drawn.photo, drawn.face) : "";
    return this.#next(async () => {
      try {
        const told = await post("/api/faces", { ...drawn, ...(key ? { key } : {}), seen: this.#store.rows.get(drawn.photo)?.seen ?? 0 });
        this.#took(told, [drawn.photo, drawn.face ?? null]);
        return told;
      } catch (error) {
        tellRefused(error);
        return null;
      }
    });
  }

  /**
   * Draw an area; it is hidden unless `kind` is empty.
   * @param {{photo: number, outline: number[][], kind: string}} drawn
   * @returns {Promise<any>} what the server says; null where it refused
   */
  drawArea(drawn) {
    return this.#next(async () => {
      try {
        const told = await post("/api/areas", drawn);
        this.#took(told, [drawn.photo, told.area]);
        return told;
      } catch (error) {
        tellRefused(error);
        return null;
      }
    });
  }

  /**
   * Something was recorded elsewhere on the page, e.g. words: it shows, and can be undone here.
   * @param {any} told @param {number} photo
   */
  recorded(told, photo) {
    if (told?.changed) this.#took(told, [photo]);
  }

  /** Take back the newest thing that was done here: a new entry in the log, as ever. */
  undo() {
    return this.#next(async () => {
      const newest = this.#done[this.#done.length - 1];
      if (!newest) {
        toast("There is nothing to undo.");
        return;
      }
      await this.#undone(newest, false);
    });
  }

  async #undone(/** @type {{entries: number[], photo: number, face: import("./store.js").PartName | null}} */ newest, /** @type {boolean} */ anyway) {
    try {
      const told = await post("/api/undo", { entries: newest.entries, seen: this.#store.seq, ...(anyway ? { anyway } : {}) });
      this.#keep(this.#done.slice(0, -1));
      this.#store.apply(told, "mine");
      this.#say(told.said);
      this.#warn(told);
      this.onUndone(newest.photo, newest.face);
    } catch (error) {
      if (!(error instanceof Refused && error.conflict)) {
        tellRefused(error);
        return;
      }
      const { by, at, words } = error.conflict;
      await this.#refresh();
      const sure = await ask({
        title: `${by} has answered since`, body: [`${by} answered at ${when(at)}: ${words}.`],
        buttons: [{ words: "Undo all the same", value: true }, { words: "Leave it", value: false, kind: "primary" }],
      });
      if (sure) await this.#undone(newest, true);
      else this.#keep(this.#done.slice(0, -1));
    }
  }

  /** What is online, or in a channel's folder, and may not be any more. */
  #warn(/** @type {{warnings?: string[]}} */ told) {
    for (const each of told.warnings ?? []) toast(each, { kind: "problem" });
  }

  /** Whether there is something to undo. */
  get canUndo() {
    return this.#done.length > 0;
  }

  /** @template T @param {() => Promise<T>} run @returns {Promise<T>} */
  #next(run) {
    this.#waits(1);
    const result = this.#queue.then(run).finally(() => this.#waits(-1));
    this.#queue = result.then(() => {}, () => {});
    return result;
  }

  #waits(/** @type {number} */ more) {
    this.#waiting += more;
    at("left").dataset.waiting = String(this.#waiting);
  }

  #keep(/** @type {any[]} */ done) {
    this.#done = done.slice(-MOST_UNDO);
    keptForSession.set("undo", this.#done);
  }

  /** The newest entry that whoever answers has seen about what they answer. */
  #seen(/** @type {Said} */ said) {
    let seen = 0;
    for (const [photo, name] of said.parts ?? []) seen = Math.max(seen, this.#store.part(photo, name)?.seen ?? 0);
    for (const photo of said.photos ?? []) seen = Math.max(seen, this.#store.rows.get(photo)?.seen ?? 0);
    return Math.max(seen, this.#store.seq);
  }

  async #posted(/** @type {string} */ path, /** @type {any} */ body, /** @type {any[]} */ place, /** @type {() => void} */ settle) {
    const [photo, face = null] = place;
    try {
      const told = await post(path, body);
      settle();
      this.#took(told, place);
      return true;
    } catch (error) {
      settle();
      this.onRefused(photo, face);
      if (error instanceof Refused && error.conflict) {
        await this.#refresh();
        if (await this.#useMine(error.conflict, place, body)) return this.#posted(path, { ...body, anyway: true }, place, () => {});
        say(`${error.conflict.by}'s answer is kept.`);
      } else {
        tellRefused(error);
      }
      return false;
    }
  }

  #took(/** @type {any} */ told, /** @type {any[]} */ place) {
    this.#store.apply(told, "mine");
    if (told.entries?.length) this.#keep([...this.#done, { entries: told.entries, said: told.said, photo: place[0], face: place[1] ?? null }]);
    this.#say(told.said);
    this.#warn(told);
  }

  #say(/** @type {string} */ said) {
    const left = this.#store.left;
    say(`${said.replace(/\.$/, "")}. ${left ? `${left} left.` : "Nothing is left to do."}`);
  }

  async #refresh() {
    try {
      const { seq, photos } = await get("/api/photos");
      this.#store.apply({ seq, changed: photos }, "others");
    } catch (error) {
      tellRefused(error);
    }
  }

  /** Somebody else was first: whose answer is it to be? */
  async #useMine(/** @type {{by: string, at: string, words: string, target?: any}} */ conflict, /** @type {any[]} */ place, /** @type {any} */ body) {
    const [photo, face = null] = place;
    const what = typeof conflict.target === "string" && conflict.target ? conflict.target : face ? `${partWords(face)} of photo ${photo}` : `photo ${photo}`;
    const mine = [this.#store.answer(body.kind)?.label ?? body.kind, body.kind === "release" ? body.value : ""].filter(Boolean).join(" ");
    return ask({
      title: `${conflict.by} has answered first`,
      body: [
        `${conflict.by} answered ${what} at ${when(conflict.at)}: ${conflict.words}.`,
        `Your answer: ${mine}${body.note ? ` (${body.note})` : ""}.`,
      ],
      buttons: [
        { words: "Use mine", value: true },
        { words: `Keep ${conflict.by === person ? "the other one" : "theirs"}`, value: false, kind: "primary" },
      ],
    });
  }
}

/** "face 2 of photo 3", "3 faces of photos 3 and 5". @param {import("./store.js").Target[]} faces */
export function facesInWords(faces) {
  if (faces.length === 1) return `${partWords(faces[0][1])} of photo ${faces[0][0]}`;
  const photos = [...new Set(faces.map(([photo]) => photo))];
  const where = photos.length > 6 ? `${photos.length} photos` : `photo${photos.length > 1 ? "s" : ""} ${listed(photos.map(String))}`;
  return `${faces.length} faces of ${where}`;
}
