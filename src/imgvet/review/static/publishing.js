// What is recorded of photos on the web: published, replaced, taken down. Nothing is sent anywhere.

import { post } from "./api.js";
import { h } from "./dom.js";
import { ask, tellRefused, toast } from "./shell.js";

/**
 * Ask for address and day, and record it.
 * @param {{title: string, words: string, button: string, address: boolean, today: string, body: any}} asked
 * @returns {Promise<boolean>} whether it was recorded
 */
export async function record({ title, words, button, address, today, body }) {
  const url = /** @type {HTMLInputElement} */ (h("input", { id: "record-url", type: "url", placeholder: "https://", autocomplete: "off", inputmode: "url" }));
  const on = /** @type {HTMLInputElement} */ (h("input", { id: "record-on", type: "date", max: today, value: today, required: true }));
  const fields = [
    address ? h("div", { class: "field" }, h("label", { for: "record-url", text: "Address on the web" }), url,
      h("p", { class: "field-hint", text: "The album's page, or the photo's. It may be left empty." })) : null,
    h("div", { class: "field" }, h("label", { for: "record-on", text: "Day" }), on),
  ].filter(Boolean);
  const sure = await ask({
    title, body: [words, .../** @type {Node[]} */ (fields)], focus: address ? "#record-url" : "#record-on",
    buttons: [{ words: "Cancel", value: false }, { words: button, value: true, kind: "primary" }],
  });
  if (!sure) return false;
  try {
    const done = await post("/api/published", { ...body, url: url.value.trim(), on: on.value });
    toast(done.said, { kind: "done" });
    return true;
  } catch (error) {
    tellRefused(error);
    return false;
  }
}
