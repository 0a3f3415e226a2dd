// The one way in which the pages talk to the server that they came from.

/** What the server has refused, in words for people. `status` 0: there is no server any more. */
export class Refused extends Error {
  /**
   * @param {string} reason one plain sentence
   * @param {string} hint the one thing to do next; may be empty
   * @param {number} status of HTTP
   * @param {{by: string, at: string, words: string, target?: any} | null} conflict who answered first, and what
   */
  constructor(reason, hint, status, conflict = null) {
    super(reason);
    this.name = "Refused";
    this.reason = reason;
    this.hint = hint;
    this.status = status;
    this.conflict = conflict;
  }

  /** Whether nobody is there to answer. */
  get isGone() {
    return this.status === 0;
  }
}

const meta = (/** @type {string} */ name) =>
  /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[name="${name}"]`))?.content ?? "";

/** The name of whoever is at this browser. */
export const person = meta("person");

/** The batch, as it is typed after `imgvet review`. */
export const batchName = meta("batch");

/**
 * @param {string} path
 * @param {RequestInit} asked
 * @returns {Promise<Response>} one that is well
 */
async function fetched(path, asked) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...asked });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    window.dispatchEvent(new CustomEvent("imgvet:gone"));
    throw new Refused("imgvet has stopped.", "What you answered is kept. Start it again.", 0);
  }
  if (response.ok) return response;
  let told = {};
  try {
    told = await response.json();
  } catch {
    // it did not say why
  }
  const said = /** @type {any} */ (told);
  if (response.status === 409) {
    throw new Refused(said.reason ?? `${said.by} has answered this already.`, said.hint ?? "", 409, said.by ? said : null);
  }
  if (response.status === 401 || (response.status === 403 && !said.reason)) {
    throw new Refused("This page is no longer signed in.", "Open the link that imgvet review shows again.", response.status);
  }
  throw new Refused(said.reason ?? "imgvet could not do that.", said.hint ?? "Try again, or open the page again.",
    response.status);
}

/**
 * The JSON at that path.
 * @param {string} path
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 */
export async function get(path, options = {}) {
  return (await fetched(path, { headers: { Accept: "application/json" }, signal: options.signal })).json();
}

/**
 * The bytes at that path, e.g. a picture's.
 * @param {string} path
 * @param {{signal?: AbortSignal, priority?: "high"|"low"|"auto"}} [options]
 * @returns {Promise<Blob>}
 */
export async function getBlob(path, options = {}) {
  return (await fetched(path, /** @type {RequestInit} */ (options))).blob();
}

/** @param {Response} response */
async function answered(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.status === 204) return null;
  return type.includes("json") ? response.json() : response.blob();
}

/**
 * Change something: JSON to the server, and back what it says (JSON, or a Blob where it is a file).
 * @param {string} path
 * @param {any} [body]
 * @returns {Promise<any>}
 */
export async function post(path, body = {}) {
  return answered(await fetched(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": meta("csrf") },
    body: JSON.stringify(body),
  }));
}

/**
 * One file to the server, its bytes as they are.
 * @param {string} path
 * @param {Blob} file
 * @param {string} [name] for the words alone; no path
 * @returns {Promise<any>}
 */
export async function upload(path, file, name = "") {
  return answered(await fetched(path, {
    method: "POST",
    headers: {
      "Content-Type": file.type || "application/octet-stream", Accept: "application/json", "X-CSRF-Token": meta("csrf"),
      "X-File-Name": encodeURIComponent(name),
    },
    body: file,
  }));
}
