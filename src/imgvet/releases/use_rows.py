"""The uses of forms as rows of the register's tables."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from imgvet.database.connection import Database
from imgvet.decisions import Publication
from imgvet.errors import RegisterError
from imgvet.people_names import same_name
from imgvet.releases.retention import RemovalPlan
from imgvet.releases.rows import RESTORE
from imgvet.releases.tables import BATCHES, RELEASES, USES
from imgvet.releases.uses import BatchPlace, FormUse, UsedPhoto, UseNotes
from imgvet.releases.validation import is_stored_text

_USED = (USES.c.key, USES.c.photo, USES.c.file, USES.c.title, USES.c.event, USES.c.channel)
_PLACE = (BATCHES.c.identity, BATCHES.c.mark, BATCHES.c.folder, BATCHES.c.computer, BATCHES.c.noted_at)


def read_place(database: Database, identity: str) -> BatchPlace | None:
    """Where that batch was last; None where it has noted nothing."""
    rows = database.read(select(*_PLACE).where(BATCHES.c.identity == identity))
    return _place(rows[0]) if rows else None


def _place(row: Sequence[Any]) -> BatchPlace:
    if not all(map(is_stored_text, row)):
        raise RegisterError("The register's record of where a batch is, is damaged.", RESTORE)
    return BatchPlace(*row)


def _used(row: Sequence[Any]) -> UsedPhoto:
    form, photo, *texts = row
    if not (isinstance(photo, int) and all(map(is_stored_text, (form, *texts)))):
        raise RegisterError("The register's record of the use of a form is damaged.", RESTORE)
    return UsedPhoto(form, photo, *texts)


def _online(value: Any) -> tuple[Publication, ...]:
    try:
        return msgspec.json.decode(value, type=tuple[Publication, ...])
    except (TypeError, ValueError, RecursionError):
        raise RegisterError("The register's record of photos on the web is damaged.", RESTORE) from None


def write_place(database: Database, place: BatchPlace) -> None:
    """Save where a batch is now."""
    database.run(delete(BATCHES).where(BATCHES.c.identity == place.identity))
    database.run(insert(BATCHES), [asdict(place)])


def read_uses(database: Database, reference: str) -> tuple[FormUse, ...]:
    """The uses of a form, each photo once a batch and channel: as it is there now, or as it was when it left last."""
    query = (
        select(*_PLACE, USES.c.since, USES.c.until, USES.c.online, *_USED)
        .join_from(USES, BATCHES, USES.c.batch == BATCHES.c.identity)
        .where(USES.c.key == same_name(reference))
        .order_by(USES.c.event, BATCHES.c.identity, USES.c.photo, USES.c.id)
    )
    latest: dict[tuple[str, int, str, str, str], FormUse] = {}
    for row in database.read(query):
        use = FormUse(_used(row[8:]), _place(row[:5]), str(row[5]), str(row[6]), _online(row[7]))
        used = use.used
        latest[use.place.identity, used.photo, used.file, used.title, used.channel] = use
    return tuple(latest.values())


def read_last_used(database: Database) -> dict[str, str]:
    """When each form was last used for a photo, ISO 8601, by its reference as it is compared."""
    rows = database.read(select(USES.c.key, func.max(USES.c.since)).group_by(USES.c.key))
    if not all(is_stored_text(key) and is_stored_text(since) for key, since in rows):
        raise RegisterError("The register's record of the use of a form is damaged.", RESTORE)
    return {row[0]: row[1] for row in rows}


def is_noted(database: Database, identity: str, notes: UseNotes) -> bool:
    """Whether ``write_notes`` would change nothing."""
    return not any(_changes(database, identity, notes))


def write_notes(database: Database, identity: str, notes: UseNotes, at: str) -> None:
    """Note what a batch uses; what has ended is kept, with its end, and purged forms stay as they are."""
    begun, ended, online = _changes(database, identity, notes)
    new = [_row(each, (notes.online or {}).get(each.photo, ())) for each in begun]
    if new:
        database.run(insert(USES), [{"batch": identity, "since": at, "until": "", **each} for each in new])
    one = update(USES).where(USES.c.id == bindparam("number"))
    if ended:
        database.run(one.values(until=at), [{"number": number} for number in ended])
    if online:
        database.run(one.values(online=bindparam("now")), [{"now": now, "number": number} for now, number in online])


def _row(used: UsedPhoto, online: Sequence[Publication]) -> dict[str, Any]:
    values = asdict(used)
    return {"key": values.pop("form"), "online": _as_json(online), **values}


def _changes(
    database: Database, identity: str, notes: UseNotes
) -> tuple[frozenset[UsedPhoto], list[int], list[tuple[str, int]]]:
    """The uses that begin with these notes, the rows of those that end, and what is known of the web, by row."""
    query = select(USES.c.id, *_USED).where(USES.c.batch == identity, USES.c.until == "")
    known = [(number, _used(row)) for number, *row in database.read(query)]
    new = notes.used - {use for _, use in known}
    if notes.online is None:
        return new, [], []
    purged = select(RELEASES.c.key).where(RELEASES.c.purged_on.is_not(None))
    rows = database.read(
        select(USES.c.id, USES.c.photo, USES.c.online).where(USES.c.batch == identity, USES.c.key.not_in(purged))
    )
    wanted = [(_as_json(notes.online.get(photo, ())), number, before) for number, photo, before in rows]
    ended = [number for number, use in known if use not in notes.used]
    return new, ended, [(now, number) for now, number, before in wanted if now != before]


def cut_uses(database: Database, reference: str, cuts: RemovalPlan, needed_from: dict[str, int]) -> None:
    """Cut a person's names out of what is noted of a form that is erased, and of folders that no other form needs.

    ``needed_from``: for each batch, the first use of it by a form that is not purged, as far as it is known; kept by
    the caller while it purges many forms, so that uses are not looked through again for each.
    """
    key = same_name(reference)
    query = select(USES.c.id, USES.c.file, USES.c.title, USES.c.event, USES.c.online).where(USES.c.key == key)
    for number, file, title, event, online in database.read(query):
        cut = [{name: cuts.cut(text) for name, text in each.as_json().items()} for each in _online(online)]
        values = {"file": cuts.cut(file), "title": cuts.cut(title), "event": cuts.cut(event)}
        values["online"] = json.dumps(cut, ensure_ascii=False)
        database.run(update(USES).where(USES.c.id == number).values(values))
    other = USES.alias()
    not_purged = select(RELEASES.c.key).where(RELEASES.c.key == other.c.key, RELEASES.c.purged_on.is_(None)).exists()
    for (batch,) in database.read(select(USES.c.batch).where(USES.c.key == key).distinct()):
        first = database.read(
            select(other.c.id)
            .where(other.c.batch == batch, other.c.id >= needed_from.get(batch, 0), other.c.key != key, not_purged)
            .order_by(other.c.id)
            .limit(1)
        )
        if first:
            needed_from[batch] = first[0][0]
            continue
        its_own = BATCHES.c.identity == batch
        for (folder,) in database.read(select(BATCHES.c.folder).where(its_own)):
            database.run(update(BATCHES).where(its_own).values(folder=cuts.cut(folder)))


def _as_json(online: Sequence[Publication]) -> str:
    return json.dumps([each.as_json() for each in online], ensure_ascii=False)
