// The light table: all photos, only those on the screen are in the page, so that 2,000 scroll as 20 do.

import { batchNotes } from "./batch_notes.js";
import { count, fill, h, icon, keptForSession, keptHere, onceAFrame } from "./dom.js";
import { STATES, SORTS, chosenRows, narrowings } from "./filters.js";
import { decideForSeveral } from "./several.js";
import { say } from "./shell.js";
import { isShown, openParts, possibleFaces, unanswered, unansweredAreas } from "./store.js";
import { hideAreas, noFaces } from "./sweep.js";

/** @typedef {import("./store.js").Row} Row */

const GAP = 10; // px between cells
const CAPTION = 46; // px below a picture
const SHAPE = 0.72; // height of a picture's area over its width
const OVERSCAN = 1; // screens above and below
const MOST_TILES = 500; // kept with their pictures decoded

export class LightTable {
  /** @type {Row[]} what is shown, in order */
  #shown = [];

  /** @type {Map<number, {tile: HTMLElement, drawn: Row | null, img: HTMLImageElement}>} */
  #tiles = new Map();

  /** @type {Set<number>} */
  selected = new Set();

  /** The cell that has the focus, by its photo. */
  #current = keptForSession.get("table-current", 0);

  /** From where Shift selects. */
  #anchor = 0;

  #columns = 1;
  #cell = 200;
  #stale = true;
  #chosen = { state: "all", narrowing: "", text: "", sort: "number", ...keptForSession.get("table", {}) };

  /**
   * @param {HTMLElement} root
   * @param {{store: import("./store.js").Store, actions: import("./actions.js").Actions, keys: import("./keys.js").Keys,
   *   register: import("./register.js").Register, open: (number: number, face?: number | null) => void}} given
   */
  constructor(root, given) {
    Object.assign(this, given);
    this.root = root;
    this.store = given.store;
    this.keys = given.keys;
    this.open = given.open;
    this.size = keptHere.get("thumb-size", window.innerWidth > 1800 ? 340 : 240);
    this.#build();
    this.draw = onceAFrame(() => this.#draw());
    window.addEventListener("scroll", this.draw, { passive: true });
    new ResizeObserver(() => { this.#measure(); this.draw(); }).observe(this.list);
    this.#addKeys();
  }

  // -- what is there

  #build() {
    this.search = /** @type {HTMLInputElement} */ (h("input", { type: "search", id: "table-text", "aria-label": "Find photos by number, name, answer or need",
      placeholder: "Find", value: this.#chosen.text, autocomplete: "off", oninput: () => this.#choose({ text: this.search.value }) }));
    this.states = h("fieldset", { class: "segmented table-states" }, h("legend", { class: "visually-hidden", text: "Show" }),
      Object.entries(STATES).map(([value, { words }]) => h("label", {},
        h("input", { type: "radio", name: "state", value, checked: value === this.#chosen.state, onchange: () => this.#choose({ state: value }) }),
        `${words} `, h("span", { class: "soft number", dataset: { count: value } }))));
    this.narrowing = /** @type {HTMLSelectElement} */ (h("select", { class: "button", "aria-label": "Narrow down", onchange: () => this.#choose({ narrowing: this.narrowing.value }) }));
    this.sort = /** @type {HTMLSelectElement} */ (h("select", { class: "button", "aria-label": "Sort by", onchange: () => this.#choose({ sort: this.sort.value }) },
      Object.entries(SORTS).map(([value, { words }]) => h("option", { value, text: words, selected: value === this.#chosen.sort }))));
    this.slider = /** @type {HTMLInputElement} */ (h("input", { type: "range", min: 120, max: 520, step: 20, value: this.size, "aria-label": "Size of the pictures",
      oninput: () => this.resize(Number(this.slider.value)) }));
    this.found = h("p", { class: "soft small", role: "status" });
    this.sweeps = h("div", { class: "row sweeps", role: "group", "aria-label": "Of the photos that are shown" });
    this.next = h("button", { type: "button", class: "button primary", onclick: () => this.#openFirst() }, "Answer ", h("kbd", { text: "A" }));
    this.list = h("div", { class: "cells", role: "listbox", "aria-multiselectable": "true", "aria-label": "Photos",
      onclick: (/** @type {MouseEvent} */ event) => this.#clicked(event), onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
      onfocusin: (/** @type {FocusEvent} */ event) => this.#focused(event) });
    this.empty = h("div", { class: "empty", hidden: true });
    this.notes = h("div", { class: "stack batch-notes" });
    this.bar = h("div", { class: "several", role: "region", "aria-label": "Selected photos", hidden: true });
    this.root.append(
      h("h1", { class: "visually-hidden", text: "Photos" }),
      h("div", { class: "table-tools" }, this.states, h("div", { class: "table-more" },
        h("label", { class: "search" }, icon("search"), this.search), this.narrowing, this.sort,
        h("span", { class: "size" }, icon("small"), this.slider, icon("large")), this.next)),
      this.notes, this.sweeps, this.found, this.list, this.empty, this.bar);
    this.#showNotes();
  }

  #choose(/** @type {Partial<{state: string, narrowing: string, text: string, sort: string}>} */ change) {
    this.#chosen = { ...this.#chosen, ...change };
    keptForSession.set("table", this.#chosen);
    this.#stale = true;
    window.scrollTo(0, 0);
    this.#refresh();
  }

  /** The numbers that are shown, in their order: the photo view goes on in it. */
  get order() {
    if (this.#stale) this.#pick();
    return this.#shown.map((row) => row.number);
  }

  #pick() {
    this.#shown = chosenRows(this.store.rows.values(), this.#chosen);
    this.#stale = false;
  }

  // -- shown and hidden

  /** @param {number} last the photo one comes back from; 0 where none */
  show(last) {
    this.root.hidden = false;
    document.title = document.title.replace(/^[^–]*/, "Photos ");
    if (last) this.#current = last;
    this.#stale = true;
    this.#refresh();
    this.#measure();
    window.scrollTo(0, keptForSession.get("table-scroll", 0));
    if (!last && !this.#current) {
      this.#draw();
      return;
    }
    this.#reveal(this.#current, true);
    if (last) this.#tiles.get(this.#current)?.tile.focus({ preventScroll: true });
  }

  hide() {
    if (this.root.hidden) return;
    keptForSession.set("table-scroll", window.scrollY);
    this.root.hidden = true;
  }

  /** @param {number[]} _numbers of rows that have changed */
  changed(_numbers) {
    this.#showNotes();
    this.#stale = true;
    for (const number of this.selected) if (!this.store.rows.has(number)) this.selected.delete(number);
    if (!this.root.hidden) this.refreshSoon();
  }

  refreshSoon = onceAFrame(() => this.#refresh());

  #refresh() {
    const rows = [...this.store.rows.values()];
    this.#pick();
    if (!this.#shown.some((row) => row.number === this.#current)) this.#current = this.#shown[0]?.number ?? 0;
    for (const [value, { holds }] of Object.entries(STATES)) {
      const place = /** @type {HTMLElement} */ (this.states.querySelector(`[data-count="${value}"]`));
      place.textContent = String(rows.filter(holds).length);
    }
    this.#fillNarrowing(rows);
    const shown = this.#shown.length;
    this.found.textContent = shown === rows.length ? "" : `${count(shown, "photo")} of ${rows.length} shown`;
    this.list.hidden = !shown;
    this.next.hidden = !rows.some((row) => row.left && !row.excluded && (openParts(row).length || row.needs.some((need) => need.kinds.length)));
    this.#showEmpty(rows);
    this.#showSweeps();
    this.#showBar();
    this.#measure();
    this.draw();
  }

  /** One answer for all possible faces, or all areas, of the photos that are shown. */
  #showSweeps() {
    const faces = this.#shown.flatMap((row) => possibleFaces(row).map((face) => /** @type {import("./store.js").Target} */ ([row.number, face.number])));
    const areas = this.#shown.flatMap((row) => unansweredAreas(row).map((area) => /** @type {import("./store.js").Target} */ ([row.number, area.number])));
    const signature = JSON.stringify([faces, areas]);
    if (this.sweeps.dataset.shown === signature) return;
    this.sweeps.dataset.shown = signature;
    const focused = this.sweeps.contains(document.activeElement);
    this.sweeps.replaceChildren(...[
      faces.length > 1 && this.store.answer("not-a-face") && h("button", { type: "button", class: "button", onclick: () => { noFaces(faces, this); } }, icon("noface"), `${count(faces.length, "possible face")}: none is one …`),
      areas.length > 1 && h("button", { type: "button", class: "button", onclick: () => { hideAreas(areas, this); } }, icon("hide"), `${count(areas.length, "area")}: hide …`),
    ].filter((each) => each !== false && each !== undefined));
    if (focused) this.focusCurrent();
  }

  /** Drawn only where they are others, so that what is open stays open. */
  #showNotes() {
    const notes = JSON.stringify(this.store.batch.notes);
    if (this.notes.dataset.shown === notes) return;
    this.notes.dataset.shown = notes;
    const open = !!this.notes.querySelector("details[open]");
    this.notes.replaceChildren(...batchNotes(this.store.batch.notes));
    const details = this.notes.querySelector("details");
    if (details) details.open = open;
  }

  #fillNarrowing(/** @type {Row[]} */ rows) {
    const groups = narrowings(rows);
    const known = groups.flatMap(({ options }) => options.map(({ value }) => value));
    const signature = JSON.stringify(groups);
    if (this.narrowing.dataset.signature !== signature && document.activeElement !== this.narrowing) {
      this.narrowing.dataset.signature = signature;
      this.narrowing.replaceChildren(h("option", { value: "", text: "Everything" }), ...groups.map(({ title, options }) =>
        h("optgroup", { label: title }, options.map(({ value, words, count: found }) => h("option", { value, text: `${words} (${found})` })))));
      if (this.#chosen.narrowing && !known.includes(this.#chosen.narrowing)) {
        this.narrowing.append(h("option", { value: this.#chosen.narrowing, text: "Nothing of this is left" }));
      }
      this.narrowing.value = this.#chosen.narrowing;
    }
    this.narrowing.classList.toggle("chosen", !!this.#chosen.narrowing);
  }

  #showEmpty(/** @type {Row[]} */ rows) {
    this.empty.hidden = this.#shown.length > 0;
    if (this.#shown.length) return;
    const all = h("button", { type: "button", class: "button", text: "Show all photos", onclick: () => this.showAll() });
    const finish = h("a", { class: "button primary", href: "/finish", text: "Finish" });
    const statements = h("a", { class: "button primary", href: "/statements", text: "Answer the statements" });
    const { state, narrowing, text } = this.#chosen;
    if (!rows.length) {
      this.empty.replaceChildren(h("h2", { text: "This batch has no photos yet" }), h("p", { text: "Add photos to it, then open this page again." }));
    } else if (text || narrowing) {
      this.empty.replaceChildren(h("h2", { text: "No photo is like that" }), h("p", { class: "soft", text: "Search for something else, or show all photos." }), all);
    } else if (state === "needs" && this.store.left) {
      this.empty.replaceChildren(icon("ready"), h("h2", { text: "Every photo is answered" }),
        h("p", { text: `${count(this.store.batch.statements.open, "statement")} about the whole batch ${this.store.batch.statements.open === 1 ? "is" : "are"} left.` }), statements, all);
    } else if (state === "needs") {
      this.empty.replaceChildren(icon("ready"), h("h2", { text: "Nothing is left to do: finish" }),
        h("p", { class: "soft", text: "Finish puts the photos that may be published into their folders." }), finish, all);
    } else {
      const words = { ready: "No photo is ready yet", published: "No photo is recorded as published", excluded: "No photo is left out" }[state] ?? "Nothing to show";
      this.empty.replaceChildren(h("h2", { text: words }), all);
    }
  }

  /** Everything, without a filter. */
  showAll() {
    this.search.value = "";
    /** @type {HTMLInputElement} */ (this.states.querySelector('[value="all"]')).checked = true;
    this.#choose({ state: "all", narrowing: "", text: "" });
    this.narrowing.value = "";
    this.focusCurrent();
  }

  /** @param {number} size px across a cell, about */
  resize(size) {
    const first = this.#firstOnScreen();
    this.size = Math.min(520, Math.max(120, size));
    this.slider.value = String(this.size);
    keptHere.set("thumb-size", this.size);
    this.#measure();
    if (first) window.scrollTo(0, this.#topOf(first) + this.#top() - 120);
    this.draw();
  }

  // -- the cells

  #measure() {
    const width = this.list.clientWidth;
    if (!width) return;
    this.#columns = Math.max(1, Math.floor((width + GAP) / (Math.min(this.size, width) + GAP)));
    this.#cell = (width - GAP * (this.#columns - 1)) / this.#columns;
    const lines = Math.ceil(this.#shown.length / this.#columns);
    this.list.style.height = `${Math.max(0, lines * (this.#line + GAP) - GAP)}px`;
  }

  get #line() {
    return Math.round(this.#cell * SHAPE) + CAPTION;
  }

  #top() {
    return this.list.getBoundingClientRect().top + window.scrollY;
  }

  #topOf(/** @type {number} */ index) {
    return Math.floor(index / this.#columns) * (this.#line + GAP);
  }

  #firstOnScreen() {
    const line = Math.max(0, Math.floor((window.scrollY - this.#top()) / (this.#line + GAP)));
    return Math.min(this.#shown.length - 1, line * this.#columns);
  }

  #draw() {
    if (this.root.hidden || !this.#shown.length) {
      if (!this.root.hidden) this.list.replaceChildren();
      return;
    }
    const step = this.#line + GAP;
    const above = window.scrollY - this.#top();
    const screen = window.innerHeight;
    const first = Math.max(0, Math.floor((above - screen * OVERSCAN) / step)) * this.#columns;
    const last = Math.min(this.#shown.length, Math.ceil((above + screen * (1 + OVERSCAN)) / step) * this.#columns);
    const wanted = new Set();
    for (let index = first; index < last; index += 1) wanted.add(index);
    const focused = this.#shown.findIndex((row) => row.number === this.#current);
    if (focused >= 0) wanted.add(focused); // Tab must find it
    const tiles = [...wanted].sort((one, other) => one - other).map((index) => this.#tile(index));
    const now = this.list.children;
    if (now.length !== tiles.length || tiles.some((tile, place) => now[place] !== tile)) fill(this.list, tiles);
    if (this.#tiles.size > MOST_TILES) this.#drop(new Set(tiles));
  }

  #drop(/** @type {Set<HTMLElement>} */ shown) {
    for (const [number, { tile }] of this.#tiles) {
      if (this.#tiles.size <= MOST_TILES / 2) break;
      if (!shown.has(tile)) this.#tiles.delete(number);
    }
  }

  #tile(/** @type {number} */ index) {
    const row = this.#shown[index];
    let known = this.#tiles.get(row.number);
    if (!known) {
      const img = /** @type {HTMLImageElement} */ (h("img", { loading: "lazy", decoding: "async", draggable: "false", alt: "" }));
      const tile = h("div", { role: "option", class: "tile", id: `tile-${row.number}`, tabindex: "-1", dataset: { photo: row.number } });
      known = { tile, img, drawn: null };
      this.#tiles.set(row.number, known);
    }
    const { tile, img } = known;
    if (known.drawn !== row) {
      const address = `/pictures/thumb/${row.number}?v=${encodeURIComponent(row.picture ?? "")}`;
      if (isShown(row) && img.getAttribute("src") !== address) img.src = address;
      img.alt = row.alt;
      tile.setAttribute("aria-label", [row.alt, row.alt.includes(row.word) ? "" : row.word, row.published ? "published" : ""].filter(Boolean).join(", "));
      tile.className = `tile ${row.excluded ? "excluded" : row.verdict}`;
      tile.replaceChildren(
        h("div", { class: "mount" }, isShown(row) ? img : icon("failed", "no-picture"), h("span", { class: "pick" }, icon("tick"))),
        h("div", { class: "tile-words" },
          h("b", { class: "number", text: row.number }),
          h("span", { class: `verdict ${row.excluded ? "excluded" : row.verdict}`, title: row.word }, icon(row.excluded ? "excluded" : row.verdict), h("span", { class: "word", text: row.word })),
          h("span", { class: "badges" },
            row.burst != null && h("span", { class: "badge", title: "One of a burst" }, icon("burst")),
            (row.duplicate_of != null || row.similar.length > 0) && h("span", { class: "badge", title: "Looks like another photo" }, icon("same")),
            row.has_words && h("span", { class: "badge", title: "Has words of its own" }, icon("words")),
            row.published && h("span", { class: "badge", title: "Published" }, icon("published")),
            unanswered(row).length > 0 && h("span", { class: "badge face-count", title: count(unanswered(row).length, "open face") }, icon("person"), h("span", { text: unanswered(row).length })),
            unansweredAreas(row).length > 0 && h("span", { class: "badge face-count", title: count(unansweredAreas(row).length, "open area") }, icon("area"), h("span", { text: unansweredAreas(row).length })))));
      known.drawn = row;
    }
    tile.style.width = `${this.#cell}px`;
    tile.style.height = `${this.#line}px`;
    tile.style.transform = `translate(${(index % this.#columns) * (this.#cell + GAP)}px, ${this.#topOf(index)}px)`;
    tile.setAttribute("aria-selected", String(this.selected.has(row.number)));
    tile.setAttribute("aria-posinset", String(index + 1));
    tile.setAttribute("aria-setsize", String(this.#shown.length));
    tile.tabIndex = row.number === this.#current ? 0 : -1;
    return tile;
  }

  /** Bring a photo's cell on the screen; `partly`: one of which something is seen stays where it is. */
  #reveal(/** @type {number} */ number, partly = false) {
    const index = this.#shown.findIndex((row) => row.number === number);
    if (index < 0) {
      this.#draw();
      return;
    }
    const tools = 120;
    const top = this.#top() + this.#topOf(index);
    const isSeen = top + this.#line > window.scrollY + tools && top < window.scrollY + window.innerHeight - 20;
    if (partly && isSeen) {
      this.#draw();
      return;
    }
    if (top < window.scrollY + tools) window.scrollTo(0, top - tools);
    else if (top + this.#line > window.scrollY + window.innerHeight - 20) window.scrollTo(0, top + this.#line - window.innerHeight + 20);
    this.#draw();
  }

  /** The focus on the current cell. */
  focusCurrent() {
    this.#reveal(this.#current);
    this.#tiles.get(this.#current)?.tile.focus({ preventScroll: true });
  }

  // -- pointer and keyboard

  #numberOf(/** @type {Event} */ event) {
    return Number(/** @type {Element} */ (event.target).closest?.(".tile")?.getAttribute("data-photo") ?? 0);
  }

  #focused(/** @type {FocusEvent} */ event) {
    const number = this.#numberOf(event);
    if (!number || number === this.#current) return;
    const before = this.#tiles.get(this.#current);
    if (before) before.tile.tabIndex = -1;
    this.#current = number;
    keptForSession.set("table-current", number);
    const now = this.#tiles.get(number);
    if (now) now.tile.tabIndex = 0;
  }

  #clicked(/** @type {MouseEvent} */ event) {
    const number = this.#numberOf(event);
    if (!number) return;
    const onPick = !!(/** @type {Element} */ (event.target).closest(".pick"));
    if (event.shiftKey) this.#selectTo(number);
    else if (event.ctrlKey || event.metaKey || onPick || this.selected.size) this.#toggle(number);
    else this.open(number);
  }

  #pressed(/** @type {KeyboardEvent} */ event) {
    const index = this.#shown.findIndex((row) => row.number === this.#current);
    const last = this.#shown.length - 1;
    const lines = Math.max(1, Math.floor(window.innerHeight / (this.#line + GAP)) - 1);
    const to = /** @type {Record<string, number>} */ ({
      ArrowRight: index + 1, ArrowLeft: index - 1, ArrowDown: Math.min(last, index + this.#columns), ArrowUp: index - this.#columns,
      Home: 0, End: last, PageDown: Math.min(last, index + lines * this.#columns), PageUp: Math.max(index % this.#columns, index - lines * this.#columns),
    })[event.key];
    if (event.altKey) return;
    if (to !== undefined) {
      event.preventDefault();
      if (to < 0 || to > last || index < 0) return;
      const number = this.#shown[to].number;
      if (event.shiftKey) {
        if (!this.#anchor) this.#anchor = this.#current;
        this.#selectTo(number);
      }
      const before = this.#tiles.get(this.#current);
      if (before) before.tile.tabIndex = -1;
      this.#current = number;
      keptForSession.set("table-current", number);
      this.focusCurrent();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.open(this.#current);
    } else if (event.key === " ") {
      event.preventDefault();
      this.#toggle(this.#current);
    } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#select(this.#shown.map((row) => row.number));
    }
  }

  #addKeys() {
    this.keys.add("All photos", () => !this.root.hidden, [
      { keys: ["ArrowRight"], shown: ["ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight"], words: "From photo to photo", run: () => this.focusCurrent() },
      { keys: ["ArrowLeft", "ArrowDown", "ArrowUp"], words: "", run: () => this.focusCurrent() },
      { keys: [], shown: ["Enter"], words: "Open the photo", run: () => {} },
      { keys: [], shown: ["Space"], words: "Select it, or not", run: () => {} },
      { keys: [], shown: ["Shift+ArrowRight"], words: "Select several; Shift and Ctrl with a click do too", run: () => {} },
      { keys: [], shown: ["Ctrl A"], words: "Select all that are shown", run: () => {} },
      { keys: ["a"], words: "Go to the first photo that needs something", run: () => this.#openFirst() },
      { keys: ["/"], words: "Find photos", run: () => { this.search.focus(); this.search.select(); } },
      { keys: ["+", "="], shown: ["+", "-"], words: "Larger, smaller", run: () => this.resize(this.size + 40) },
      { keys: ["-"], words: "", run: () => this.resize(this.size - 40) },
      { keys: ["u"], words: "Undo", run: () => this.actions.undo() },
      { keys: ["Escape"], words: "Select nothing", run: () => this.#clear(), when: () => this.selected.size > 0 },
      { keys: ["?"], words: "These keys", run: () => this.keys.show() },
    ]);
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.search.value) {
        event.preventDefault();
        this.search.value = "";
        this.#choose({ text: "" });
      } else if (event.key === "Enter" || event.key === "ArrowDown") {
        event.preventDefault();
        this.#current = this.order[0] ?? 0;
        this.focusCurrent();
      }
    });
  }

  #openFirst() {
    const rows = [...this.#shown, ...this.store.rows.values()];
    const first = rows.find((row) => row.left && openParts(row).length) ?? rows.find((row) => row.left && !row.excluded);
    if (first) this.open(first.number);
  }

  // -- several at once

  #toggle(/** @type {number} */ number) {
    const next = new Set(this.selected);
    if (!next.delete(number)) next.add(number);
    this.#anchor = number;
    this.#select(next);
  }

  #selectTo(/** @type {number} */ number) {
    const at = (/** @type {number} */ each) => this.#shown.findIndex((row) => row.number === each);
    const from = Math.max(0, at(this.#anchor || this.#current));
    const [start, end] = [from, at(number)].sort((one, other) => one - other);
    this.#select(this.#shown.slice(start, end + 1).map((row) => row.number));
  }

  #clear() {
    this.#anchor = 0;
    this.#select([]);
  }

  #select(/** @type {Iterable<number>} */ numbers) {
    this.selected = new Set(numbers);
    this.root.classList.toggle("selecting", this.selected.size > 0);
    this.#showBar();
    this.draw();
    say(this.selected.size ? `${count(this.selected.size, "photo")} selected` : "Nothing is selected");
  }

  #showBar() {
    const rows = [...this.selected].map((number) => this.store.rows.get(number)).filter((row) => row !== undefined);
    if (!rows.length && this.bar.contains(document.activeElement)) this.focusCurrent();
    this.bar.hidden = !rows.length;
    if (rows.length) {
      const signature = JSON.stringify(rows.map((row) => [row.number, row.seen, row.left, row.excluded]));
      if (this.bar.dataset.signature === signature) return;
      this.bar.dataset.signature = signature;
      const focused = this.bar.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).textContent : null;
      this.bar.replaceChildren(...decideForSeveral(/** @type {Row[]} */ (rows), this, () => this.#clear()));
      if (focused) /** @type {HTMLElement} */ ([...this.bar.querySelectorAll("button")].find((each) => each.textContent === focused) ?? this.bar.querySelector("button"))?.focus();
    } else {
      delete this.bar.dataset.signature;
    }
    this.root.classList.toggle("selecting", rows.length > 0);
  }
}
