// The log page: its fingerprint, the check that nobody altered it, and its entries, a page at a time.

import { Refused, get } from "./api.js";
import { at, count, h, icon, listed } from "./dom.js";
import { onServer } from "./server_events.js";
import { say, tellRefused, toast } from "./shell.js";

const asked = new URLSearchParams(location.search);
const filter = { about: asked.get("about") ?? "", person: asked.get("person") ?? "", own: asked.get("own") === "1", page: Number(asked.get("page")) || 1 };
let head = "";
let turn = 0;

const fields = { about: at("about"), person: at("person"), own: at("own") };

/** Groups of eight, which are easier to compare. @param {string} digits */
const grouped = (digits) => digits.match(/.{1,8}/g)?.join(" ") ?? digits;

/** @param {any} entry */
function row(entry) {
  const about = entry.photo === null ? entry.about : h("a", { href: `/photo/${entry.photo}`, text: entry.about });
  return h("tr", {}, h("td", { class: "number", text: entry.number }), h("td", {}, h("time", { datetime: entry.at, text: entry.when })),
    h("td", {}, h("bdi", { text: entry.who })), h("td", {}, about),
    h("td", {}, h("bdi", { text: entry.what }), entry.note ? [" ", h("q", {}, h("bdi", { text: entry.note }))] : null,
      entry.remark ? h("p", { class: "soft small", text: entry.remark }) : null));
}

function query() {
  const said = new URLSearchParams();
  if (filter.about) said.set("about", filter.about);
  if (filter.person) said.set("person", filter.person);
  if (filter.own) said.set("own", "1");
  if (filter.page > 1) said.set("page", String(filter.page));
  return said.toString();
}

/** @param {string[]} people */
function offer(people) {
  const names = filter.person && !people.includes(filter.person) ? [...people, filter.person] : people;
  const before = [...fields.person.options].slice(1).map((/** @type {HTMLOptionElement} */ each) => each.value);
  if (before.join("\n") === names.join("\n")) return;
  fields.person.replaceChildren(h("option", { value: "", text: "Everybody" }), ...names.map((each) => h("option", { value: each, text: each })));
  fields.person.value = filter.person;
}

async function load({ told = false } = {}) {
  const own = ++turn;
  history.replaceState(null, "", query() ? `?${query()}` : location.pathname);
  try {
    const log = await get(`/api/log?${query()}`);
    if (own !== turn) return;
    filter.page = log.page;
    head = log.head;
    at("fingerprint").textContent = grouped(log.head);
    at("log-count").textContent = count(log.count, "entry", "entries");
    if (!filter.person) offer(log.people);
    at("entries").replaceChildren(...(log.entries.length ? log.entries.map(row)
      : [h("tr", {}, h("td", { colspan: "5", class: "soft", text: "There are no such entries." }))]));
    const first = (log.page - 1) * 100 + 1;
    const range = log.total ? `${first} to ${first + log.entries.length - 1} of ${log.total}` : "None";
    at("range").textContent = range;
    at("newer").disabled = log.page <= 1;
    at("older").disabled = log.page >= log.pages;
    const broken = at("log-broken");
    broken.hidden = !log.broken;
    if (log.broken) {
      broken.replaceChildren(h("div", { class: "notice blocked", role: "alert" }, icon("blocked"), h("div", { class: "stack" },
        h("h2", { text: "The log of decisions was altered" }), h("p", { text: log.broken }),
        h("p", { text: "Do not rely on this batch. No photo is moved and nothing is recorded until private/batch.db is restored from a copy." }))));
    }
    at("log-problem").hidden = true;
    fields.about.removeAttribute("aria-invalid");
    if (told) say(range);
  } catch (error) {
    if (own !== turn) return;
    if (error instanceof Refused && error.status === 422) {
      at("log-problem").textContent = listed([error.reason, error.hint].filter(Boolean)).replace(" and ", " ");
      at("log-problem").hidden = false;
      fields.about.setAttribute("aria-invalid", "true");
    } else if (!(error instanceof Refused && error.isGone)) {
      tellRefused(error);
    }
  }
}

at("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(head);
    toast("The fingerprint is copied.", { kind: "done" });
  } catch {
    const range = document.createRange();
    range.selectNodeContents(at("fingerprint"));
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    toast("The fingerprint is selected. Copy it with Ctrl C.");
  }
});

at("verify").addEventListener("submit", async (/** @type {Event} */ event) => {
  event.preventDefault();
  const place = at("verified");
  place.replaceChildren(h("p", { class: "soft", text: "Checking …" }));
  try {
    const done = await get(`/api/log/verify?${new URLSearchParams({ head: at("noted").value.trim() })}`);
    const kind = done.whole ? "ready" : "blocked";
    place.replaceChildren(h("div", { class: `notice ${kind}` }, icon(kind), h("p", { text: done.said })));
  } catch (error) {
    place.replaceChildren();
    if (error instanceof Refused && !error.isGone) {
      place.replaceChildren(h("div", { class: "notice ask" }, icon("ask"), h("p", { text: `${error.reason} ${error.hint}`.trim() })));
    }
  }
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;
at("log-filter").addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
at("log-filter").addEventListener("input", () => {
  Object.assign(filter, { about: fields.about.value.trim(), person: fields.person.value, own: fields.own.checked, page: 1 });
  clearTimeout(soon);
  soon = setTimeout(() => load({ told: true }), 250);
});
at("newer").addEventListener("click", () => { filter.page -= 1; load({ told: true }); });
at("older").addEventListener("click", () => { filter.page += 1; load({ told: true }); });

fields.about.value = filter.about;
fields.own.checked = filter.own;
if (filter.person) offer([filter.person]);

onServer("photos", () => { clearTimeout(soon); soon = setTimeout(load, 1000); });
onServer("back", () => load());
load();
