// The finish page: the run, what came of it, what still needs what, and the files to publish.

import { Refused, get, person, post } from "./api.js";
import { at, count, h, icon } from "./dom.js";
import { failures, needs, news, onTheWeb, remarks } from "./finish_lists.js";
import { RunCard } from "./finish_run.js";
import { record } from "./publishing.js";
import { onServer } from "./server_events.js";
import { ask, tellRefused, toast } from "./shell.js";

const place = at("finish");
const pendingPlace = h("div");
const card = new RunCard({ changed: () => load() });
const after = h("div", { class: "stack" });
place.append(pendingPlace, card.element, after);

/** @type {any} */
let known = null;

/** Bytes, as people say them. @param {number} bytes */
function size(bytes) {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  const mib = bytes / 1024 / 1024;
  return mib < 1000 ? `${mib.toFixed(mib < 10 ? 1 : 0)} MB` : `${(mib / 1024).toFixed(1)} GB`;
}

/** A change of the batch's settings that somebody has asked for. @param {any} pending */
function change(pending) {
  if (!pending) return [];
  const own = pending.by === person;
  const approve = h("button", { type: "button", class: "button", disabled: own, text: "Approve the change", onclick: async () => {
    const sure = await ask({
      title: "Approve the change?", body: ["It is valid at once, for every photo of this batch.", h("ul", { class: "list" },
        pending.changes.map((/** @type {string} */ each) => h("li", { text: each })))],
      buttons: [{ words: "Cancel", value: false }, { words: "Approve", value: true, kind: "primary" }],
    });
    if (!sure) return;
    try {
      toast((await post("/api/rules/approve")).said, { kind: "done" });
      await load();
    } catch (error) {
      tellRefused(error);
    }
  } });
  return [h("section", { class: "notice ask" }, icon("ask"), h("div", { class: "stack" },
    h("h2", { text: "Other settings were asked for" }),
    h("p", { text: `${pending.by} has asked for other settings of this batch: "${pending.note}". They are not yet in force.` }),
    h("ul", { class: "list" }, pending.changes.map((/** @type {string} */ each) => h("li", { text: each }))),
    h("div", { class: "row" }, approve, own ? h("span", { class: "soft", text: "Somebody else must approve what you asked for." }) : null)))];
}

/** One channel: what may be uploaded, and what is online. @param {any} channel */
function channelCard(channel) {
  const { files, folder } = channel;
  const running = known.run.state === "running";
  const download = h("a", { class: "button", href: `/download/${channel.channel}.zip`, download: true }, icon("download"), `Download ${count(files, "photo")} (${size(channel.size)})`);
  const published = h("button", { type: "button", class: "button", text: "Record as published", onclick: async () => {
    if (await record({
      title: `Record as published on ${channel.channel}`, button: "Record", address: true, today: known.now.today, body: { channel: channel.channel },
      words: `${count(files, "photo")} in ${folder}/. Record it once they are online; nothing is sent anywhere.`,
    })) await load();
  } });
  return h("section", { class: "card finish-channel", "aria-label": channel.channel }, h("h2", { text: channel.channel }),
    h("p", { text: files ? `${count(files, "photo")} in ${folder}/ may be published.` : `Nothing in ${folder}/ may be published yet.` }),
    channel.held_back ? h("p", { class: "verdict blocked" }, icon("blocked"), `${count(channel.held_back, "file")} in ${folder}/ may not be published any more. Finish takes ${channel.held_back === 1 ? "it" : "them"} back.`) : null,
    channel.waiting ? h("p", { class: "soft", text: `${count(channel.waiting, "more photo is", "more photos are")} ready once you finish.` }) : null,
    files && !running ? h("div", { class: "row" }, download, published) : null,
    channel.online.length ? h("details", {}, h("summary", { text: `${count(channel.online.length, "photo is", "photos are")} online, as recorded` }),
      h("ul", { class: "list finish-places" }, channel.online.map((/** @type {any} */ each) => h("li", {}, h("a", { href: `/photo/${each.photo}`, text: `Photo ${each.photo}` }), `: ${each.places.join("; ")}`)))) : null);
}

const PAPERS = {
  "checklist.html": "Checklist to read", "checklist-compact.html": "Compact checklist", "checklist.csv": "Checklist as CSV",
  "checklist.xlsx": "Checklist for Excel",
};

/** @param {string[]} names */
function papers(names) {
  const words = (/** @type {string} */ name) => /** @type {any} */ (PAPERS)[name] ?? `Contact sheet ${name.match(/\d+/)?.[0] ?? ""}`;
  return names.length ? h("section", { class: "card stack" }, h("h2", { text: "Papers" }),
    h("p", { class: "soft", text: "They show faces and names of forms: for the office alone." }),
    h("div", { class: "row" }, names.map((name) => h("a", { class: "button", href: `/download/papers/${name}`, download: true }, icon("download"), words(name))))) : null;
}

function show() {
  const { run, now } = known;
  pendingPlace.replaceChildren(...change(now.pending));
  pendingPlace.hidden = !now.pending;
  card.show(run, now);
  const removed = () => record({
    title: "Record as taken down", button: "Record", address: false, today: now.today,
    body: { removed: true, photos: now.take_down.map((/** @type {any} */ each) => each.photo) },
    words: "Record it once they are no longer online.",
  }).then((done) => done && load());
  after.replaceChildren(...[
    onTheWeb({
      kind: "blocked", title: "Take these down", button: "Record as taken down",
      words: "They are online, according to the record, but may not be published.",
    }, now.take_down, removed),
    onTheWeb({
      kind: "release", title: "Replace these online", button: "Record as replaced",
      words: "They are online in an earlier version. Their files have changed since, for example a face was hidden.",
    }, now.replace, () => replaced(now.replace)),
    ...(run.summary ? [remarks(run.summary), ...news(run.summary)] : []),
    h("div", { class: "finish-columns" }, now.channels.map(channelCard)),
    needs("What is still needed", now.needs),
    ...(run.summary ? [needs("Kept out by a form; nothing is open", run.summary.kept_out), failures(run.summary.failed)] : []),
    papers(now.papers),
  ].filter((each) => each !== null));
}

/** Record photos that were replaced, each address by itself. @param {any[]} photos */
async function replaced(photos) {
  const sure = await ask({
    title: "Record as replaced?", body: ["The new files are recorded as online at the same addresses, today."],
    buttons: [{ words: "Cancel", value: false }, { words: "Record", value: true, kind: "primary" }],
  });
  if (!sure) return;
  try {
    for (const each of known.now.channels) {
      for (const url of new Set(photos.flatMap((photo) => photo.addresses.length ? photo.addresses : [""]))) {
        const there = photos.filter((photo) => (photo.addresses.length ? photo.addresses : [""]).includes(url)
          && photo.places.some((/** @type {string} */ file) => folderOf(file, known.now.channels) === each.folder));
        if (there.length) await post("/api/published", { channel: each.channel, url, photos: there.map((photo) => photo.photo) });
      }
    }
    toast("Recorded.", { kind: "done" });
  } catch (error) {
    tellRefused(error);
  }
  await load();
}

/** The folder of a recorded file; files of the first channel are recorded without one. @param {string} file @param {any[]} channels */
function folderOf(file, channels) {
  const named = channels.find((each) => file.startsWith(`${each.folder}/`));
  return (named ?? channels[0]).folder;
}

let loading = false;
let again = false;

async function load() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    known = await get("/api/finish");
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const key = focused && after.contains(focused) ? focused.textContent : null;
    show();
    if (key) /** @type {HTMLElement | undefined} */ ([...after.querySelectorAll("a, button, summary")].find((each) => each.textContent === key))?.focus();
  } catch (error) {
    if (!(error instanceof Refused && error.isGone)) tellRefused(error);
  } finally {
    loading = false;
    if (again) {
      again = false;
      load();
    }
  }
}

function listen() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  onServer("back", () => load());
  onServer("finish", (run) => {
    if (known && run.state === "running" && known.run.state === "running") card.show({ ...known.run, ...run }, known.now);
    else load();
  });
  onServer("photos", () => { clearTimeout(soon); soon = setTimeout(load, 300); });
}

listen();
load();
