// What came of a run and how the batch is, by name: lists of photos, with links to them.

import { count, h, icon } from "./dom.js";

const MOST_THUMBS = 60;

/** @param {number} number */
const address = (number) => `/photo/${number}`;

/** Links to photos by their numbers. @param {number[]} numbers */
export function photoLinks(numbers) {
  return h("div", { class: "finish-links" }, numbers.map((each) =>
    h("a", { href: address(each), "aria-label": `Photo ${each}`, text: each })));
}

/** Photos with their pictures. @param {any[]} files @param {(file: any) => string} words */
function thumbs(files, words) {
  const list = h("ul", { class: "finish-thumbs" }, files.slice(0, MOST_THUMBS).map((file) => h("li", {}, h("a", { href: address(file.photo) },
    h("img", { src: `/pictures/thumb/${file.photo}`, alt: "", loading: "lazy", decoding: "async" }),
    h("span", {}, h("strong", { text: `Photo ${file.photo}` }), h("br"), words(file))))));
  const more = files.slice(MOST_THUMBS).map((each) => each.photo);
  return [list, more.length ? h("div", {}, h("p", { class: "soft", text: `And ${count(more.length, "photo")} more:` }), photoLinks(more)) : null];
}

/** @param {string} title @param {any[]} files @param {(file: any) => string} words */
function part(title, files, words) {
  return files.length ? [h("h3", { text: `${title} (${files.length})` }), ...thumbs(files, words)] : [];
}

/** What has changed in the folder of each channel. @param {any} summary */
export function news(summary) {
  const named = (/** @type {any} */ file) => file.name;
  return summary.channels.map((/** @type {any} */ each) => {
    const parts = [
      ...part(`New in ${each.folder}/, round ${summary.round}`, each.new, named),
      ...part("Made again; replace them where they are online", each.changed, named),
      ...part("Other names", each.renamed, (file) => `${file.before} is now ${file.name}`),
      ...part("Taken back; if they are online, take them down", each.gone, (file) => [file.name, file.title].filter(Boolean).join(", ")),
    ];
    const title = summary.channels.length > 1 ? `What is new for ${each.channel}` : "What is new";
    return h("section", { class: "card stack" }, h("h2", { text: title }), parts.length ? parts
      : h("p", { class: "soft", text: `Nothing has changed in ${each.folder}/. ${count(each.ready, "photo is", "photos are")} in it.` }));
  });
}

/** A list of sentences, each with links to its photos. @param {string} title @param {{words: string, photos: number[]}[]} needs */
export function needs(title, needs) {
  return needs.length ? h("section", { class: "card stack" }, h("h2", { text: title }), h("ul", { class: "list" }, needs.map((each) =>
    h("li", {}, h("p", { text: each.words }), photoLinks(each.photos))))) : null;
}

/** Photos that could not be vetted. @param {any[]} failed */
export function failures(failed) {
  return failed.length ? h("section", { class: "card stack" }, h("h2", { text: "Could not be read or cleaned" }),
    h("ul", { class: "list" }, failed.map((each) => h("li", {}, h("a", { href: address(each.photo), text: `Photo ${each.photo}` }), `: ${each.why}`)))) : null;
}

/** What people should know of the run, a sentence each. @param {any} summary */
export function remarks(summary) {
  const sentences = [...summary.notes, ...summary.corrected, ...summary.files];
  if (summary.renumbered.length) {
    sentences.push(`Faces were renumbered in photo ${summary.renumbered.join(", ")}: use the new checklist.`);
  }
  if (summary.missing.length) {
    const one = summary.missing.length === 1;
    sentences.push(`${one ? "The original of photo" : "The originals of photos"} ${summary.missing.join(", ")} ${one ? "is" : "are"} missing. `
      + `${one ? "It stays as it is; faces in it" : "They stay as they are; faces in them"} cannot be hidden until ${one ? "it is" : "they are"} back.`);
  }
  for (const name of summary.checklists) sentences.push(`A filled-in checklist was never imported; it is kept as private/${name}.`);
  for (const file of summary.left) sentences.push(`Removed with the channel's folder: ${file.name}. If it is online, take it down.`);
  return sentences.length ? h("section", { class: "notice ask" }, icon("ask"),
    h("div", { class: "stack" }, h("h2", { text: "Please note" }), sentences.map((each) => h("p", { text: each })))) : null;
}

/**
 * Photos on the web that must come down, or be replaced.
 * @param {{kind: string, title: string, words: string, button: string}} told
 * @param {any[]} photos
 * @param {() => void} record
 */
export function onTheWeb({ kind, title, words, button }, photos, record) {
  return photos.length ? h("section", { class: `notice ${kind}` }, icon(kind), h("div", { class: "stack" }, h("h2", { text: title }), h("p", { text: words }),
    h("ul", { class: "list finish-places" }, photos.map((each) => h("li", {}, h("a", { href: address(each.photo), text: `Photo ${each.photo}` }), ": ",
      each.places.join("; ")))), h("div", {}, h("button", { type: "button", class: "button", text: button, onclick: record })))) : null;
}
