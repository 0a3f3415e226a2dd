"""Where forms are used: the photos of batches that went to be published with them, since when and until when.

A note outlives the use that it is about, because what has left a batch's folder may still be on the web.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any

import msgspec

from imgvet.decisions import Publication
from imgvet.errors import RegisterError
from imgvet.people_names import same_name
from imgvet.releases.retention import RemovalPlan
from imgvet.releases.validation import is_stored_text
from imgvet.text import long_day

USES = """
CREATE TABLE batches (
    identity TEXT PRIMARY KEY,            -- the batch's own, whatever its folder is called
    mark TEXT NOT NULL,                   -- of its latest note; a copy of the folder that was left behind has another
    folder TEXT NOT NULL, computer TEXT NOT NULL, noted_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE uses (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,                    -- of the form
    batch TEXT NOT NULL,
    photo INTEGER NOT NULL, file TEXT NOT NULL, title TEXT NOT NULL, event TEXT NOT NULL, channel TEXT NOT NULL,
    since TEXT NOT NULL, until TEXT NOT NULL,  -- empty while it is in the folder to be published
    online TEXT NOT NULL                  -- JSON: what people recorded of it on the web
);
CREATE INDEX uses_of ON uses (key);
CREATE INDEX uses_in ON uses (batch);
INSERT INTO facts SELECT 'uses_since', strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now') WHERE EXISTS (SELECT 1 FROM releases);
"""


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a batch was when it last noted something in the register."""

    identity: str  # of the batch; a folder that is moved or renamed keeps it
    mark: str  # of that note, see ``imgvet.batch.form_uses``; empty: no batch, but copies of photos checked alone
    folder: str  # absolute path
    computer: str  # whose path it is
    noted_at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class UsedPhoto:
    """One photo in a folder to be published, and one form with which a face in it is answered."""

    form: str  # the reference, as it is compared
    photo: int  # its number
    file: str
    title: str
    event: str
    channel: str


@dataclass(frozen=True, slots=True)
class UseNotes:
    """What a batch notes of its uses of forms."""

    used: frozenset[UsedPhoto]  # what is in its folder to be published
    # What people recorded of its photos on the web, by number. None: ``used`` is about to join what is there, and
    # nothing else has changed.
    online: Mapping[int, Sequence[Publication]] | None = None


@dataclass(frozen=True, slots=True)
class FormUse:
    """One use of a form, as the register has it."""

    used: UsedPhoto
    place: BatchPlace
    since: str  # ISO 8601, UTC
    until: str  # when the photo left the folder; empty while it is there
    online: tuple[Publication, ...] = ()  # what people recorded of it on the web

    @property
    def on_the_web(self) -> tuple[Publication, ...]:
        """Where it still is, as far as anybody recorded."""
        return tuple(each for each in self.online if not each.removed_on)

    def as_json(self) -> dict[str, object]:
        """The use as ``--json`` prints it."""
        used = asdict(self.used)
        del used["form"]
        return used | {
            "folder": self.place.folder,
            "computer": self.place.computer,
            "since": self.since,
            "until": self.until or None,
            "online": [each.as_json() for each in self.online],
        }


def use_words(use: FormUse) -> str:
    """Which file of a batch it is, its title, and in which folder it is or was."""
    used, since = use.used, long_day(use.since)
    title = f', "{used.title}"' if used.title else ""
    folder = "flickr/" if used.channel == "flickr" else f"the folder for {used.channel}"
    if not use.until:
        return f"{used.file}{title}, in {folder} since {since}"
    until = long_day(use.until)
    return f"{used.file}{title}, was in {folder} {f'on {since}' if since == until else f'from {since} to {until}'}"


_RESTORE = "Restore the register from its last copy."
_USED = "key, photo, file, title, event, channel"
_PLACE = "identity, mark, folder, computer, noted_at"


def read_place(database: sqlite3.Connection, identity: str) -> BatchPlace | None:
    """Where that batch was last; None where it has noted nothing."""
    query = f"SELECT {_PLACE} FROM batches WHERE identity = ?"  # noqa: S608 - no outside text
    row = database.execute(query, (identity,)).fetchone()
    return _place(row) if row else None


def _place(row: Sequence[Any]) -> BatchPlace:
    if not all(map(is_stored_text, row)):
        raise RegisterError("The register's record of where a batch is, is damaged.", _RESTORE)
    return BatchPlace(*row)


def _used(row: Sequence[Any]) -> UsedPhoto:
    form, photo, *texts = row
    if not (isinstance(photo, int) and all(map(is_stored_text, (form, *texts)))):
        raise RegisterError("The register's record of the use of a form is damaged.", _RESTORE)
    return UsedPhoto(form, photo, *texts)


def _online(value: Any) -> tuple[Publication, ...]:
    try:
        return msgspec.json.decode(value, type=tuple[Publication, ...])
    except (TypeError, ValueError, RecursionError):
        raise RegisterError("The register's record of photos on the web is damaged.", _RESTORE) from None


def write_place(database: sqlite3.Connection, place: BatchPlace) -> None:
    """Save where a batch is now."""
    database.execute(
        f"INSERT OR REPLACE INTO batches ({_PLACE}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - no outside text
        (place.identity, place.mark, place.folder, place.computer, place.noted_at),
    )


def read_uses(database: sqlite3.Connection, reference: str) -> tuple[FormUse, ...]:
    """The uses of a form, each photo once a batch and channel: as it is there now, or as it was when it left last."""
    query = (
        f"SELECT {_PLACE}, since, until, online, {_USED} FROM uses JOIN batches ON batch = identity "  # noqa: S608
        "WHERE key = ? ORDER BY event, identity, photo, id"
    )
    latest: dict[tuple[str, int, str, str, str], FormUse] = {}
    for row in database.execute(query, (same_name(reference),)):
        use = FormUse(
            _used(row[8:]),
            _place(row[:5]),
            str(row[5]),
            str(row[6]),
            _online(row[7]),
        )
        used = use.used
        latest[use.place.identity, used.photo, used.file, used.title, used.channel] = use
    return tuple(latest.values())


def read_last_used(database: sqlite3.Connection) -> dict[str, str]:
    """When each form was last used for a photo, ISO 8601, by its reference as it is compared."""
    rows = database.execute("SELECT key, max(since) FROM uses GROUP BY key").fetchall()
    if not all(is_stored_text(key) and is_stored_text(since) for key, since in rows):
        raise RegisterError("The register's record of the use of a form is damaged.", _RESTORE)
    return dict(rows)


def is_noted(database: sqlite3.Connection, identity: str, notes: UseNotes) -> bool:
    """Whether ``write_notes`` would change nothing."""
    return not any(_changes(database, identity, notes))


def write_notes(database: sqlite3.Connection, identity: str, notes: UseNotes, at: str) -> None:
    """Note what a batch uses; what has ended is kept, with its end, and purged forms stay as they are."""
    begun, ended, online = _changes(database, identity, notes)
    database.executemany(
        f"INSERT INTO uses (batch, since, until, online, {_USED}) VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [(identity, at, _as_json((notes.online or {}).get(each.photo, ())), *astuple(each)) for each in begun],
    )
    database.executemany("UPDATE uses SET until = ? WHERE id = ?", [(at, number) for number in ended])
    database.executemany("UPDATE uses SET online = ? WHERE id = ?", online)


def _changes(
    database: sqlite3.Connection, identity: str, notes: UseNotes
) -> tuple[frozenset[UsedPhoto], list[int], list[tuple[str, int]]]:
    """The uses that begin with these notes, the rows of those that end, and what is known of the web, by row."""
    query = f"SELECT id, {_USED} FROM uses WHERE batch = ? AND until = ''"  # noqa: S608 - no outside text
    known = [(number, _used(row)) for number, *row in database.execute(query, (identity,))]
    new = notes.used - {use for _, use in known}
    if notes.online is None:
        return new, [], []
    rows = database.execute(
        "SELECT id, photo, online FROM uses "
        "WHERE batch = ? AND key NOT IN (SELECT key FROM releases WHERE purged_on IS NOT NULL)",
        (identity,),
    )
    wanted = [(_as_json(notes.online.get(photo, ())), number, before) for number, photo, before in rows]
    ended = [number for number, use in known if use not in notes.used]
    return new, ended, [(now, number) for now, number, before in wanted if now != before]


def cut_uses(database: sqlite3.Connection, reference: str, cuts: RemovalPlan, needed_from: dict[str, int]) -> None:
    """Cut a person's names out of what is noted of a form that is erased, and of folders that no other form needs.

    ``needed_from``: for each batch, the first use of it by a form that is not purged, as far as it is known; kept by
    the caller while it purges many forms, so that uses are not looked through again for each.
    """
    key = same_name(reference)
    rows = database.execute("SELECT id, file, title, event, online FROM uses WHERE key = ?", (key,)).fetchall()
    for number, file, title, event, online in rows:
        cut = [{name: cuts.cut(text) for name, text in each.as_json().items()} for each in _online(online)]
        database.execute(
            "UPDATE uses SET file = ?, title = ?, event = ?, online = ? WHERE id = ?",
            (cuts.cut(file), cuts.cut(title), cuts.cut(event), json.dumps(cut, ensure_ascii=False), number),
        )
    batches = database.execute("SELECT DISTINCT batch FROM uses WHERE key = ?", (key,)).fetchall()
    for (batch,) in batches:
        first = database.execute(
            "SELECT id FROM uses AS other WHERE batch = ? AND id >= ? AND key <> ? AND EXISTS "
            "(SELECT 1 FROM releases WHERE key = other.key AND purged_on IS NULL) ORDER BY id LIMIT 1",
            (batch, needed_from.get(batch, 0), key),
        ).fetchone()
        if first:
            needed_from[batch] = first[0]
            continue
        for (folder,) in database.execute("SELECT folder FROM batches WHERE identity = ?", (batch,)).fetchall():
            database.execute("UPDATE batches SET folder = ? WHERE identity = ?", (cuts.cut(folder), batch))


def _as_json(online: Sequence[Publication]) -> str:
    return json.dumps([each.as_json() for each in online], ensure_ascii=False)
