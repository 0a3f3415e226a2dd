// The scan of a form, page by page, as the server draws it.

import { Refused } from "./api.js";
import { h, showDialog } from "./dom.js";
import { say, tellRefused } from "./shell.js";

/** @param {string} reference @param {number} page @returns {Promise<{picture: string, more: boolean}>} */
async function fetched(reference, page) {
  const response = await fetch(`/api/scans/${page}/${encodeURIComponent(reference)}`, { credentials: "same-origin", cache: "no-store" });
  if (!response.ok) {
    const told = await response.json().catch(() => ({}));
    throw new Refused(told.reason ?? "The scan cannot be shown.", told.hint ?? "", response.status);
  }
  return { picture: URL.createObjectURL(await response.blob()), more: response.headers.get("X-More-Pages") === "1" };
}

/** @param {string} reference */
export async function showScan(reference) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  let number = 1;
  let shown;
  try {
    shown = await fetched(reference, number);
  } catch (error) {
    tellRefused(error);
    return;
  }
  const image = /** @type {HTMLImageElement} */ (h("img", { class: "scan-page", alt: "", src: shown.picture }));
  const words = h("h2", { id: "scan-words", text: `Scan of form ${reference}` });
  const back = h("button", { type: "button", class: "button", text: "Page before", onclick: () => go(-1) });
  const on = h("button", { type: "button", class: "button", text: "Next page", onclick: () => go(1) });
  const close = h("button", { type: "button", class: "button primary", text: "Close", onclick: () => dialog.close() });
  const dialog = /** @type {HTMLDialogElement} */ (h("dialog", { class: "dialog wide", "aria-labelledby": "scan-words" },
    h("div", { class: "dialog-body" }, words, h("div", { class: "row" }, back, on, close), image)));

  const fill = () => {
    image.src = shown.picture;
    image.alt = `Page ${number} of the scan of form ${reference}`;
    back.hidden = number === 1;
    on.hidden = !shown.more;
  };
  async function go(/** @type {number} */ by) {
    try {
      const next = await fetched(reference, number + by);
      URL.revokeObjectURL(shown.picture);
      shown = next;
      number += by;
      fill();
      if (by > 0 ? on.hidden : back.hidden) close.focus();
      say(`Page ${number}`);
    } catch (error) {
      tellRefused(error);
    }
  }

  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  fill();
  showDialog(dialog, () => URL.revokeObjectURL(shown.picture), before);
  close.focus();
}
