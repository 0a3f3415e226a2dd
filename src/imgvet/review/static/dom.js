// Small helpers with which the pages are built. Data is only ever set as text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with its attributes and children.
 *
 * `class`, `text`, `dataset` and `on…` are what they say; true sets an attribute without a value; false and null leave it out.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node|string|number|null|undefined|false|Array<any>)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "text") element.textContent = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((each) => each !== null && each !== undefined && each !== false).map((each) =>
    each instanceof Node ? each : String(each)));
  return element;
}

/**
 * A picture of the sprite; it says nothing to a screen reader, the words beside it do.
 * @param {string} name of a symbol in icons.svg
 * @param {string} [extra] further classes
 * @returns {SVGElement}
 */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extra}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/**
 * An element of a drawing.
 * @param {string} tag @param {Record<string, string>} attributes @param {...Element} children
 */
export function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (tag === "svg") element.setAttribute("aria-hidden", "true");
  element.append(...children);
  return element;
}

/**
 * Show a dialog that was just made. Once it is closed it is gone, and the focus is where it was before.
 * @param {HTMLDialogElement} dialog
 * @param {() => void} [closed] is called then
 * @param {Element | null} [before] what had the focus
 */
export function showDialog(dialog, closed = () => {}, before = document.activeElement) {
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) /** @type {HTMLElement} */ (before).focus();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * Have an element contain these and no others, in this order. Those that are there stay untouched, so that the focus stays where it is.
 * @param {Element} element
 * @param {Element[]} children
 */
export function fill(element, children) {
  const keep = new Set(children);
  for (const child of [...element.children]) if (!keep.has(child)) child.remove();
  let here = element.firstElementChild;
  for (const child of children) {
    if (here === child) here = here.nextElementSibling;
    else element.insertBefore(child, here);
  }
}

/** @param {string} id @returns {any} */
export const at = (id) => document.getElementById(id);

/** Have the page take a style sheet, once. @param {string} address */
export function styled(address) {
  if (!document.querySelector(`link[href="${address}"]`)) document.head.append(h("link", { rel: "stylesheet", href: address }));
}

/** @param {number} number @param {string} one @param {string} [many] */
export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/**
 * "a, b and c".
 * @param {string[]} words
 */
export const listed = (words) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;

/**
 * The function, called once for all calls within one frame.
 * @template {(...given: any[]) => void} T
 * @param {T} run
 * @returns {T}
 */
export function onceAFrame(run) {
  let waiting = 0;
  return /** @type {T} */ ((...given) => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => run(...given));
  });
}

/** When it was, as people here write it: "14:05", or "14 June, 14:05" where it was another day. @param {string} iso */
export function when(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.valueOf())) return iso;
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}, ${time}`;
}

/** What the person keeps in this browser; where the browser keeps nothing, it lasts as long as the page. */
function kept(/** @type {() => Storage} */ storage, /** @type {string} */ before) {
  const own = new Map();
  return {
    /** @param {string} name @param {any} otherwise */
    get(name, otherwise = null) {
      try {
        const text = storage().getItem(before + name);
        return text === null ? (own.has(name) ? own.get(name) : otherwise) : JSON.parse(text);
      } catch {
        return own.has(name) ? own.get(name) : otherwise;
      }
    },
    /** @param {string} name @param {any} value */
    set(name, value) {
      own.set(name, value);
      try {
        storage().setItem(before + name, JSON.stringify(value));
      } catch {
        // the browser keeps nothing; ``own`` has it
      }
    },
  };
}

/** Tells one run of imgvet from another at the same address: what is kept of one batch is never used for another. */
const session = [...(/** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csrf"]'))?.content ?? "")]
  .reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7).toString(36);

export const keptHere = kept(() => localStorage, "imgvet.");
export const keptForSession = kept(() => sessionStorage, `imgvet.${session}.`);
