// The large pictures: fetched ahead and decoded, so that the next photo shows at once. A few are kept, no more.

import { getBlob } from "./api.js";

/** @typedef {import("./viewer.js").Picture} Picture */

const MOST = 6;

export class LargePictures {
  /** @type {Map<string, Promise<Picture>>} in the order of their last use */
  #kept = new Map();

  /** @type {Map<string, Picture>} those that are there */
  #ready = new Map();

  /** @param {{number: number, picture: string}} row */
  #key(row) {
    return `/pictures/large/${row.number}?v=${encodeURIComponent(row.picture ?? "")}`;
  }

  /** The picture, where it is there already. @param {any} row @returns {Picture | null} */
  now(row) {
    return this.#ready.get(this.#key(row)) ?? null;
  }

  /** @param {any} row @param {"high"|"low"} [priority] @returns {Promise<Picture>} */
  get(row, priority = "high") {
    const key = this.#key(row);
    let picture = this.#kept.get(key);
    if (picture) this.#kept.delete(key);
    else picture = decoded(priority === "low" ? `${key}&ahead=1` : key, priority); // others come first
    this.#kept.set(key, picture);
    picture.then((each) => {
      if (this.#kept.has(key)) this.#ready.set(key, each);
    }, () => this.#kept.delete(key));
    while (this.#kept.size > MOST) {
      const [oldest] = this.#kept.keys();
      const gone = this.#ready.get(oldest);
      this.#kept.delete(oldest);
      this.#ready.delete(oldest);
      if (gone && "close" in gone.source) /** @type {ImageBitmap} */ (gone.source).close();
    }
    return picture;
  }

  /** Fetch what is likely to be looked at next. @param {any[]} rows */
  ahead(rows) {
    for (const row of rows) if (row && !this.now(row)) this.get(row, "low").catch(() => {});
  }
}

/** @param {string} address @param {"high"|"low"} [priority] @returns {Promise<Picture>} */
export async function decoded(address, priority = "high") {
  const blob = await getBlob(address, { priority });
  if ("createImageBitmap" in window) {
    try {
      const source = await createImageBitmap(blob);
      return { source, width: source.width, height: source.height };
    } catch {
      // some browsers do not decode every kind in this way; an <img> does
    }
  }
  const url = URL.createObjectURL(blob);
  try {
    const source = new Image();
    source.src = url;
    await source.decode();
    return { source, width: source.naturalWidth, height: source.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}
