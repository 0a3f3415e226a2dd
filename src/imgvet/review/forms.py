"""The register of release forms as a page: search, add, correct, withdraw, refuse, print, and where each is used."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from imgvet.batch.form_uses import FolderState, folder_state
from imgvet.batch.publications import address_words
from imgvet.batch.register_lookup import lazy_register, release_use
from imgvet.database.addresses import Address
from imgvet.dates import read_date
from imgvet.decisions import RELEASE
from imgvet.errors import RegisterError, UsageError
from imgvet.people_names import same_name, same_words
from imgvet.releases.form_changes import (
    FormEditor,
    day_of_record,
    expires_within,
    form_fields,
    found_form,
    terms_changed,
)
from imgvet.releases.forms.pile import PileOrder, kinds_of_forms, printed_pile
from imgvet.releases.forms.records import MAX_FORMS
from imgvet.releases.import_export import REGISTER_COLUMNS, history_summary, import_summary
from imgvet.releases.records import HistoryEntry
from imgvet.releases.release import Release, Status, why_not
from imgvet.releases.store import register_address
from imgvet.releases.uses import FormUse, use_words
from imgvet.releases.validation import MODEL_RELEASES
from imgvet.review import scans
from imgvet.review.context import body_of, json_answer, page, person_of, review_of
from imgvet.review.live_batch import LiveBatch
from imgvet.review.page_words import SET_THE_CLOCK, page_hint
from imgvet.review.paths import without_paths
from imgvet.review.register_access import SAVE_AGAIN, register_at_hand, register_or_new, tell_of_register
from imgvet.text import and_list, count, long_date, long_time, spans

if TYPE_CHECKING:
    from imgvet.releases.register import Register

SOON = 30
"""Days within which a form that expires is said to expire soon."""

_MOST_SAID = 65_536  # bytes of one form
_STATES = ("valid", "soon", "expired", "withdrawn", "refused", "erased")
_STATE_OF = {
    Status.ACTIVE: "valid", Status.EXPIRED: "expired", Status.WITHDRAWN: "withdrawn", Status.REFUSED: "refused",
    Status.PURGED: "erased",
}  # fmt: skip


class FormRow(msgspec.Struct, frozen=True):
    """One form, as lists of the page have it."""

    reference: str
    name: str
    state: str  # "valid", "soon" (valid, and expires soon), "expired", "withdrawn", "refused" or "erased"
    event: str
    valid_until: str  # ISO 8601 day; empty: no end
    until: str  # the same day as people read it
    minor: bool
    channels: list[str]
    scan: bool
    problem: str  # why it does not allow the use for this batch, one plain sentence; empty where it does
    used_here: int = 0  # photos of this batch in which a face is answered with it
    last_used: str = ""  # ISO 8601, UTC


class FormSaid(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody typed of a form. None: nothing was said; an empty text: there is none."""

    reference: str = ""  # empty: the next free number
    person: str | None = None
    contact: str | None = None
    signed_on: str | None = None
    taken_by: str | None = None
    event: str | None = None
    covers_from: str | None = None
    covers_until: str | None = None
    channels: list[str] | None = None
    expires_on: str | None = None
    minor: bool | None = None
    born: str | None = None
    guardian: str | None = None
    guardian_relation: str | None = None
    note: str | None = None
    model_release: str | None = None
    refuses: bool = False  # the person does not want to be shown
    why: str = ""


class FormEnd(msgspec.Struct, forbid_unknown_fields=True):
    """A form that is withdrawn, or whose person refuses to be shown."""

    why: str = ""
    on: str = ""  # a day as people write it; empty: today
    asked_by: str = ""  # who withdrew it


class PileSaid(msgspec.Struct, forbid_unknown_fields=True):
    """A pile of blank forms to print."""

    event: str
    count: int = 10
    first: str = ""
    last: str = ""
    channels: list[str] | None = None
    adult: bool = True
    child: bool = True
    language: str = "en"


_DAYS = frozenset({"signed_on", "covers_from", "covers_until", "expires_on"})
_HEADINGS = {column.field: column.heading for column in REGISTER_COLUMNS}


# -- the list

_KeyOfList = tuple[str, int, date, str, date | None, tuple[str, ...]]
_lists: WeakKeyDictionary[LiveBatch, tuple[_KeyOfList, list[tuple[str, FormRow]]]] = WeakKeyDictionary()


def _list_of_forms(live: LiveBatch, register: "Register") -> list[tuple[str, FormRow]]:
    """Each form under its reference as it is compared; read again only once one has changed, or the day has."""
    event, today = live.settings.event, register.clock.today
    key = (register.identity, register.newest_entry, today, event.text, event.day, live.settings.channel_names)
    known = _lists.get(live)
    if known is None or known[0] != key:
        forms = [(same_name(form.reference), _row(form, live, today)) for form in register.releases()]
        known = _lists[live] = key, forms
    return known[1]


def _row(form: Release, live: LiveBatch, today: date) -> FormRow:
    problem = ""
    for name in live.settings.channel_names:
        reason = why_not(form, release_use(live.settings.for_channel(name), today))
        problem = (problem or reason) if reason else ""
        if not reason:
            break
    state = "soon" if expires_within(form, SOON, today) else _STATE_OF[form.status(today)]
    ends = form.withdrawn_on or form.refused_on or form.expires_on
    return FormRow(
        reference=form.reference,
        name=form.person,
        state=state,
        event=form.event,
        valid_until=form.expires_on.isoformat() if form.expires_on else "",
        until=long_date(ends) if ends else "",
        minor=form.minor,
        channels=list(form.channels),
        scan=bool(form.scan_name),
        problem=problem,
    )


def photos_with_forms(live: LiveBatch) -> dict[str, set[int]]:
    """The photos of the batch in which a face is answered with each form, by its reference as it is compared."""
    found = defaultdict[str, set[int]](set)
    for row in live.rows():
        for face in row.faces:
            if face.answer is not None and face.answer.kind == RELEASE:
                found[same_name(face.answer.value)].add(row.number)
    return found


def _known_forms(live: LiveBatch, wanted: Mapping[str, str]) -> dict[str, Any]:
    """Every form that fits, and what the page says of the register as a whole."""
    here = photos_with_forms(live)
    said = {same_name(each.value): each.at for each in live.snapshot().decisions if each.kind == RELEASE}
    rows, problem, hint, is_there = list[FormRow](), "", "", True
    try:
        with register_at_hand(live) as register:
            noted = register.last_used()
            for key, row in _list_of_forms(live, register):
                last = max(said.get(key, ""), noted.get(key, ""))
                used = len(here.get(key, ()))
                rows.append(msgspec.structs.replace(row, used_here=used, last_used=last) if used or last else row)
            problem, hint = register.clock.doubt, SET_THE_CLOCK
    except RegisterError as error:
        problem, hint, is_there = error.reason, error.hint, False
    fitting = [row for row in rows if _fits(row, wanted)]
    return {
        "forms": fitting,
        "total": len(rows),
        "register": {
            "there": is_there,
            "problem": without_paths(problem, live.places),
            "hint": without_paths(page_hint(hint), live.places),
        },
        "events": sorted({row.event for row in rows if row.event}, key=str.casefold),
        "to_file": list(spans(_photos_to_file(live))),
    }


def _fits(row: FormRow, wanted: Mapping[str, str]) -> bool:
    """Whether a form is one of those that are asked for: ``state``, ``event`` (words of its name) and ``q``."""
    state, event, words = wanted.get("state", ""), wanted.get("event", ""), same_words(wanted.get("q", ""))
    in_state = (
        state in {"", row.state} or (state == "valid" and row.state == "soon") or (state == "here" and row.used_here)
    )
    text = same_words(f"{row.reference} {row.name} {row.event}")
    return bool(in_state) and same_words(event) in same_words(row.event) and all(each in text for each in words.split())


def _photos_to_file(live: LiveBatch) -> list[int]:
    """The photos of the batch that show a form which is not filed yet."""
    photos = map(live.photo, live.numbers())
    return [each.number for each in photos if each.shown_forms and not each.filed and each.error is None]


# -- one form


def _everything_of(live: LiveBatch, reference: str) -> dict[str, Any]:
    """All that the register has of a form, and where it is used."""
    with register_at_hand(live) as register:
        form, today = found_form(register, reference), register.clock.today
        history, uses = list(register.history(form.reference)), register.uses(form.reference)
        since = register.uses_noted_since(form.reference)
        wrong = register.scans.state(form.scan_name, form.scan_sha256) if form.scan_name else ""
        row = _row(form, live, today)
    here = sorted(photos_with_forms(live).get(same_name(form.reference), ()))
    return {
        "form": msgspec.structs.replace(row, used_here=len(here)),
        "facts": [
            {"name": column.heading, "value": import_summary(value)}
            for column in REGISTER_COLUMNS[1:]
            if (value := getattr(form, column.field))
        ],
        "values": _as_typed(form),
        "erased": import_summary(form.purged_on),
        "scan": {"there": bool(form.scan_name), "wrong": wrong},
        "history": [_entry(each) for each in history],
        "here": here,
        "uses": _use_rows(live, uses),
        "since": f"Batches record this since {long_time(since)}." if since else "",
        **_consequences(live, here, uses),
    }


def _as_typed(form: Release) -> dict[str, Any]:
    """The fields of a form as the page's inputs have them."""
    values = {field.name: getattr(form, field.name) for field in fields(Release) if field.name in _HEADINGS}
    typed = {name: long_date(value) if isinstance(value, date) else value for name, value in values.items()}
    return {name: "" if value is None else value for name, value in typed.items()}


def _entry(entry: HistoryEntry) -> dict[str, Any]:
    read = ((name, history_summary(before), history_summary(after)) for name, before, after in entry.changes)
    return {
        "when": long_time(entry.at), "what": entry.kind, "by": entry.by, "why": entry.why,
        "changes": [
            {"name": _HEADINGS[name], "before": before, "after": after}
            for name, before, after in read
            if name in _HEADINGS
        ],
    }  # fmt: skip


def _use_rows(live: LiveBatch, uses: Sequence[FormUse]) -> list[dict[str, Any]]:
    """Where a form is used, a batch each; no folder is named, its batch is known by its event."""
    batches = defaultdict[str, list[FormUse]](list)
    for use in uses:
        batches[use.place.identity].append(use)
    own = live.folder.facts().identity
    return [
        {
            "events": list(dict.fromkeys(f"{use.used.event} ({use.used.channel})" for use in of_batch)),
            "here": identity == own,
            "batch": bool(of_batch[0].place.mark),
            "where": "" if identity == own else _where(of_batch[0]),
            "photos": [_use_row(use) for use in of_batch],
        }
        for identity, of_batch in batches.items()
    ]


def _where(use: FormUse) -> str:
    """What is known of a batch that is not this one."""
    last = f"Last recorded on {long_time(use.place.noted_at)}, on the computer {use.place.computer or 'unknown'}."
    if not use.place.mark:
        return f"Checked one by one on the computer {use.place.computer}."
    return last if folder_state(use.place) is FolderState.HERE else f"Its folder cannot be reached from here. {last}"


def _use_row(use: FormUse) -> dict[str, Any]:
    return {
        "photo": use.used.photo, "words": use_words(use), "in_folder": not use.until,
        "online": [{"words": address_words(each), "on": not each.removed_on} for each in use.online],
    }  # fmt: skip


def _consequences(live: LiveBatch, here: Sequence[int], uses: Iterable[FormUse]) -> dict[str, str]:
    """What the end of a form would mean: which photos are taken back, and which must be taken down, in sentences."""
    own = live.folder.facts().identity
    placed = sorted({use.used.photo for use in uses if not use.until and use.place.identity == own})
    others = {(use.place.identity, use.used.photo) for use in uses if not use.until and use.place.identity != own}
    online = {(use.used.event, use.used.photo) for use in uses if use.on_the_web}
    back = []
    if placed:
        back.append(f"{_photos(placed)} {_are(placed)} in a folder to be published, and {_are(placed)} taken back.")
    if left := [number for number in here if number not in placed]:
        back.append(f"{_photos(left)} {'needs' if len(left) == 1 else 'need'} another answer.")
    if others:
        back.append(
            f"{count(len(others), 'photo')} of other batches {_are(others)} taken back when those are finished."
        )
    down = defaultdict[str, list[int]](list)
    for event, number in sorted(online):
        down[event].append(number)
    words = "; ".join(f"{_photos(numbers).lower()} of {event}" for event, numbers in down.items())
    return {
        "takes_back": " ".join(back) or "No photo uses this form.",
        "take_down": f"These are online and must be taken down: {words}." if words else "",
    }


def _photos(numbers: Sequence[int]) -> str:
    return f"Photo{'' if len(numbers) == 1 else 's'} {and_list(spans(numbers))}"


def _are(what: Sequence[Any] | set[Any]) -> str:
    return "is" if len(what) == 1 else "are"


# -- changes


def _read_fields(said: FormSaid) -> dict[str, Any]:
    """What was typed, by the fields of ``Release``.

    Raises:
        UsageError: a date is none.
    """
    typed = msgspec.structs.asdict(said)
    found = {
        name: typed[name] for name in _HEADINGS if name in typed and name != "reference" and typed[name] is not None
    }
    for name in _DAYS & found.keys():
        try:
            found[name] = read_date(found[name]) if found[name].strip() else None
        except UsageError as problem:
            raise UsageError(f"{_HEADINGS[name]}: {problem.reason}", problem.hint) from None
    cleared = {name: None for name in _DAYS & found.keys() if found[name] is None}
    return {**form_fields(found), **cleared}


def _added(live: LiveBatch, said: FormSaid, by: str) -> dict[str, Any]:
    form_said = _read_fields(said)
    with register_or_new(live) as register:
        form = replace(Release(said.reference.strip()), **form_said)
        if said.refuses:
            form = replace(form, refused_on=register.clock.today)
        editor = FormEditor(register, live.settings.profile, by, SAVE_AGAIN)
        form = editor.add(form, numbered=not form.reference, why=said.why)
        row = _row(form, live, register.clock.today)
    words = (
        f"Recorded: the person of form {form.reference} does not want to be shown."
        if said.refuses
        else (f"Added form {form.reference}{f', valid until {row.until}' if row.until else ''}.")
    )
    return {"form": row, "said": words}


def _corrected(live: LiveBatch, reference: str, said: FormSaid, by: str) -> dict[str, Any]:
    form_said = _read_fields(said)
    with register_at_hand(live) as register:
        before = found_form(register, reference)
        editor = FormEditor(register, live.settings.profile, by, SAVE_AGAIN)
        after = editor.correct(before, form_said, why=said.why)
    changed = [_HEADINGS[name] for name in _HEADINGS if getattr(before, name) != getattr(after, name)]
    words = f"Corrected form {after.reference}: {', '.join(changed)}." if changed else "Nothing was changed."
    used = " It may now allow other uses: look at its photos." if terms_changed(before, after) else ""
    return {**_everything_of(live, reference), "said": words + used}


def _ended(live: LiveBatch, reference: str, said: FormEnd, by: str, *, refused: bool) -> dict[str, Any]:
    with register_at_hand(live) as register:
        day = day_of_record(read_date(said.on) if said.on.strip() else None, register.clock.today)
        if refused:
            form = register.refuse(reference, day, by, said.why)
            words = f"Recorded: the person of form {form.reference} does not want to be shown, {long_date(day)}."
        else:
            form = register.withdraw(reference, day, by, said.why, said.asked_by)
            words = f"Recorded: form {form.reference} was withdrawn, from {long_date(day)}."
    return {**_everything_of(live, reference), "said": words}


def new_form_defaults(live: LiveBatch) -> dict[str, Any]:
    """What a new form says until somebody says otherwise, as the first row of the checklist does."""
    event, profile = live.settings.event, live.settings.profile
    day = long_date(event.day) if event.day else ""
    return {
        "signed_on": day if event.day and event.day <= date.today() else "",
        "event": event.text,
        "covers_from": day,
        "covers_until": day,
        "channels": list(live.settings.channel_names),
        "all_channels": list(profile.channels),
        "prefix": profile.releases.prefix,
        "valid_years": profile.releases.valid_years,
        "model_releases": list(MODEL_RELEASES),
    }


def _address_of_register(live: LiveBatch) -> Address:
    """Where the register of the batch is, or will be; it is the one that the batch knows."""
    with lazy_register(live.settings) as at_hand:
        register = at_hand()
    return register.address if register else register_address(live.settings.register)


# -- handlers


async def _forms_page(request: Request) -> Response:
    review = review_of(request)
    defaults = await review.on_batch(new_form_defaults, review.live)
    return await page(request, "forms.html", "forms", most_forms=MAX_FORMS, soon=SOON, defaults=defaults)


async def _list(request: Request) -> Response:
    review = review_of(request)
    return json_answer(await review.on_batch(_known_forms, review.live, dict(request.query_params)))


async def _defaults(request: Request) -> Response:
    review = review_of(request)
    return json_answer(await review.on_batch(new_form_defaults, review.live))


async def _show(request: Request) -> Response:
    review = review_of(request)
    return json_answer(await review.on_batch(_everything_of, review.live, request.path_params["reference"]))


async def _add(request: Request) -> Response:
    review, by = review_of(request), person_of(request)
    said = await body_of(request, FormSaid, _MOST_SAID)
    answer = await review.on_batch(_added, review.live, said, by)
    await tell_of_register(request)
    return json_answer(answer)


async def _correct(request: Request) -> Response:
    review, by = review_of(request), person_of(request)
    said = await body_of(request, FormSaid, _MOST_SAID)
    answer = await review.on_batch(_corrected, review.live, request.path_params["reference"], said, by)
    await tell_of_register(request)
    return json_answer(answer)


async def _withdraw(request: Request) -> Response:
    return await _end(request, refused=False)


async def _refuse(request: Request) -> Response:
    return await _end(request, refused=True)


async def _end(request: Request, *, refused: bool) -> Response:
    review, by = review_of(request), person_of(request)
    said = await body_of(request, FormEnd)
    reference = request.path_params["reference"]
    answer = await review.on_batch(_ended, review.live, reference, said, by, refused=refused)
    await tell_of_register(request)
    return json_answer(answer)


async def _print(request: Request) -> Response:
    review, by = review_of(request), person_of(request)
    said = await body_of(request, PileSaid)
    if not 1 <= said.count <= MAX_FORMS:
        raise UsageError(f"'{said.count}' forms cannot be printed at once.", f"Choose 1 to {MAX_FORMS}.")
    if not said.event.strip():
        raise UsageError("The forms need the name of the event.", "Say what happens, as people will read it.")
    first, last = (read_date(text) if text.strip() else None for text in (said.first, said.last))
    if first and last and last < first:
        raise UsageError("The last day is before the first.", "Correct one of the two.")
    settings = review.live.settings
    order = PileOrder(
        settings.profile, said.event, first, last or first,
        None if said.channels is None else tuple(said.channels), said.count,
        kinds_of_forms(adult=said.adult, child=said.child), said.language,
    )  # fmt: skip
    address = await review.on_batch(_address_of_register, review.live)
    pdf = await run_in_threadpool(printed_pile, address, order, by)
    await tell_of_register(request)
    headers = {"Content-Disposition": 'attachment; filename="release-forms.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


routes = [
    Route("/forms", _forms_page, methods=["GET"]),
    Route("/api/forms", _list, methods=["GET"]),
    Route("/api/forms", _add, methods=["POST"]),
    Route("/api/new-form", _defaults, methods=["GET"]),
    Route("/api/forms/print", _print, methods=["POST"]),
    Route("/api/forms/{reference:path}/withdraw", _withdraw, methods=["POST"]),
    Route("/api/forms/{reference:path}/refuse", _refuse, methods=["POST"]),
    Route("/api/forms/{reference:path}/correct", _correct, methods=["POST"]),
    Route("/api/forms/{reference:path}", _show, methods=["GET"]),
    *scans.routes,
]
