// One answer for many faces or areas at once: they are looked at first, and any of them can be left out.

import { count, h } from "./dom.js";
import { ask } from "./shell.js";
import { isArea, partWords } from "./store.js";

/** @typedef {import("./store.js").Target} Target @typedef {{store: import("./store.js").Store, actions: import("./actions.js").Actions}} Given */

/**
 * Show them, and answer for those that are still chosen.
 * @param {Target[]} targets
 * @param {Given} given
 * @param {{title: string, body: string, words: string, kind: string}} asked
 * @returns {Promise<boolean>} whether it was answered
 */
async function lookAndAnswer(targets, { store, actions }, { title, body, words, kind }) {
  const chosen = new Set(targets.map((_, place) => place));
  const several = new Set(targets.map(([photo]) => photo)).size > 1;
  const left = h("p", { class: "soft", role: "status" });
  const tell = () => { left.textContent = `${chosen.size} of ${targets.length} chosen`; };
  const looks = targets.map(([photo, name], place) => {
    const part = store.part(photo, name);
    const what = `${several ? `Photo ${photo}, ` : ""}${partWords(name)}`;
    const button = h("button", { type: "button", class: "look", "aria-pressed": "true", "aria-label": `${what.charAt(0).toUpperCase()}${what.slice(1)}${part && isArea(part) ? `, ${part.what}` : ""}`, onclick: () => {
      if (!chosen.delete(place)) chosen.add(place);
      button.setAttribute("aria-pressed", String(chosen.has(place)));
      tell();
    } }, h("img", { src: store.picture(photo, name), alt: "", loading: "lazy", decoding: "async", draggable: "false" }), h("span", { text: what }), part && isArea(part) && h("span", { class: "soft", text: part.what }));
    return h("li", {}, button);
  });
  tell();
  const sure = await ask({
    title, body: [body, h("ul", { class: "looks", "aria-label": "What is answered for" }, looks), left],
    buttons: [{ words: "Cancel", value: false }, { words, value: true, kind: "primary" }],
  });
  if (!sure || !chosen.size) return false;
  return actions.decide({ parts: targets.filter((_, place) => chosen.has(place)), kind, openOnly: true });
}

/** None of these possible faces is one. @param {Target[]} targets @param {Given} given */
export const noFaces = (targets, given) => lookAndAnswer(targets, given, {
  title: `${count(targets.length, "possible face")}: no faces?`, body: "Look at each; a tap leaves one out. Those that are chosen are recorded as not a face.",
  words: "No faces", kind: "not-a-face",
});

/** Hide all these areas. @param {Target[]} targets @param {Given} given */
export const hideAreas = (targets, given) => lookAndAnswer(targets, given, {
  title: `Hide ${count(targets.length, "area")}?`, body: "A tap leaves one out. Those that are chosen are hidden in the pictures.", words: "Hide them", kind: "redact",
});
