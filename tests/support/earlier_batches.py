"""Batches as earlier versions of imgvet left them: their own schema, filled from a batch of today."""

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path

from imgvet.batch.decisions.hash_chain import START_HASH, entry_hash
from imgvet.batch.decisions.rows import add_hashes

# As imgvet 0.2 (version 1), 0.3 (version 2) and 0.4 (version 3) wrote them.
_BEFORE_DECISIONS = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE photos (
    number INTEGER PRIMARY KEY,
    source BLOB NOT NULL UNIQUE,          -- absolute path of the original, in the file system's own bytes
    recipe TEXT,                          -- hash of all that shaped the clean file; NULL until it was vetted
    stamp TEXT,                           -- size and time of the original when it was vetted
    record TEXT,                          -- the Photo, as JSON
    preview BLOB
);
CREATE TABLE crops (number INTEGER NOT NULL, face INTEGER NOT NULL, picture BLOB NOT NULL, PRIMARY KEY (number, face));
"""
_BEHIND_DECISIONS = """
-- which pictures a declaration was made for: a photo that comes later, or changes, is not covered
CREATE TABLE declared (source_sha256 TEXT NOT NULL, question TEXT NOT NULL, PRIMARY KEY (source_sha256, question));
"""
SCHEMAS = {
    1: f"""{_BEFORE_DECISIONS}CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL
);{_BEHIND_DECISIONS}""",
    2: f"""{_BEFORE_DECISIONS}CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL,
    known_as TEXT                         -- the box under which the face was first spoken of
);{_BEHIND_DECISIONS}""",
    3: _BEFORE_DECISIONS  # noqa: S608 - no outside text
    + """CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    photo INTEGER, source_sha256 TEXT NOT NULL, face TEXT, value TEXT NOT NULL, note TEXT NOT NULL,
    known_as TEXT,                        -- the box under which the face was first spoken of
    hash TEXT NOT NULL DEFAULT ''         -- of this line and the one before it, see chain.py
);
CREATE INDEX decisions_by_picture ON decisions (source_sha256);
CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER decisions_are_not_removed BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'a decision is never removed'); END;
CREATE TRIGGER decisions_are_not_replaced BEFORE INSERT ON decisions
WHEN EXISTS (SELECT 1 FROM decisions WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a decision is never replaced'); END;
""",
}
_CHAINED = 3  # the first version whose decisions carry hashes
_COLUMNS = "at, by, kind, photo, source_sha256, face, value, note"


def turn_back(batch: Path, version: int) -> None:
    """Make the batch one that an earlier imgvet has left: a declaration is one decision a question, and a table."""
    today = batch / "private" / "batch.db"
    earlier = today.with_suffix(".earlier")
    database = sqlite3.connect(earlier)
    database.executescript(SCHEMAS[version] + f"PRAGMA user_version = {version};")
    database.execute("ATTACH ? AS today", (str(today),))
    with database:
        for table in ("facts", "crops"):
            database.execute(f"INSERT INTO {table} SELECT * FROM today.{table}")  # noqa: S608 - own names
        columns = "number, source, recipe, stamp, record, preview"
        database.execute(f"INSERT INTO photos SELECT {columns} FROM today.photos")  # noqa: S608 - own names
        if version >= _CHAINED:
            _chained(database)
        else:
            _unchained(database, version)
        _settings(database)
        for number, record in database.execute("SELECT number, record FROM photos").fetchall():
            database.execute("UPDATE photos SET record = ? WHERE number = ?", (_record(record, version), number))
        if version == 1:
            database.execute("DELETE FROM facts WHERE name = 'applied'")
    database.close()
    today.unlink()
    earlier.rename(today)


def name_as_0_4(batch: Path) -> None:
    """Name the files of a batch as imgvet 0.4 did: without gaps in ``flickr/``, with ``-held-`` in ``held/``."""
    with contextlib.closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        published = 0
        moves = []
        for number, text in database.execute("SELECT number, record FROM photos ORDER BY number").fetchall():
            record = json.loads(text)
            stem, _, rest = record["name"].rpartition("-")
            suffix = Path(rest).suffix
            in_flickr = record["output"].startswith("flickr/")
            published += in_flickr
            shown = published if in_flickr else number
            name = f"{stem}-{shown:03d}{suffix}" if in_flickr else f"{stem}-held-{shown:03d}{suffix}"
            output = f"{Path(record['output']).parent}/{name}"
            moves.append((batch / record["output"], batch / output))
            record["public"]["title"] = record["public"]["title"].replace(f"({number})", f"({shown})")
            record |= {"name": name, "output": output}
            database.execute("UPDATE photos SET record = ? WHERE number = ?", (json.dumps(record), number))
        for before, after in moves:
            before.rename(after)
        database.execute("DELETE FROM facts WHERE name IN ('rounds', 'digits')")


_OTHERWISE = "('declare', 'rules', 'rules-asked', 'vetted')"  # kinds that are not carried as they are
_BY_IMGVET = "('rules', 'rules-asked', 'vetted')"  # kinds of entries that the program itself writes since 0.7


def _chained(database: sqlite3.Connection) -> None:
    """What people said, with the hashes that it has where nothing else is among it."""
    before = START_HASH
    columns = f"{_COLUMNS}, known_as"
    said = f"SELECT {columns} FROM today.decisions WHERE kind NOT IN {_BY_IMGVET} ORDER BY id"  # noqa: S608 - own names
    for number, row in enumerate(database.execute(said).fetchall(), 1):
        before = entry_hash(before, (number, *row))
        places = ", ".join("?" * (len(row) + 2))
        database.execute(f"INSERT INTO decisions (id, {columns}, hash) VALUES ({places})", (number, *row, before))  # noqa: S608 - own names
    _count(database)


def _settings(database: sqlite3.Connection) -> None:
    """The settings of the last run, among the facts."""
    kept = database.execute(
        "SELECT today.settings.value FROM today.settings JOIN today.decisions ON digest = today.decisions.value "
        "WHERE kind = 'rules' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if kept:
        settings = {name: value for name, value in json.loads(kept[0]).items() if name != "register_identity"}
        database.execute("INSERT INTO facts VALUES ('settings', ?)", (json.dumps(settings),))


def _unchained(database: sqlite3.Connection, version: int) -> None:
    columns = _COLUMNS + (", known_as" if version == 2 else "")
    others = f"SELECT {columns} FROM today.decisions WHERE kind NOT IN {_OTHERWISE} ORDER BY id"  # noqa: S608 - own names
    database.execute(f"INSERT INTO decisions ({columns}) {others}")
    _declarations(database)
    _count(database)


def _declarations(database: sqlite3.Connection) -> None:
    said = database.execute(
        "SELECT at, by, source_sha256, value FROM today.decisions WHERE kind = 'declare'"
    ).fetchall()
    for at, by, questions in dict.fromkeys((at, by, value) for at, by, _, value in said):
        for question in questions.split():
            database.execute(
                "INSERT INTO decisions (at, by, kind, photo, source_sha256, value, note) "
                "VALUES (?, ?, 'declare', NULL, '', ?, '')",
                (at, by, question),
            )
    for _, _, digest, questions in said:
        for question in questions.split():
            database.execute("INSERT OR IGNORE INTO declared VALUES (?, ?)", (digest, question))


def _count(database: sqlite3.Connection) -> None:
    """What was applied stays so, although there are other numbers of decisions."""
    (now,) = database.execute("SELECT count(*) FROM today.decisions WHERE kind <> 'vetted'").fetchone()
    (then,) = database.execute("SELECT count(*) FROM decisions").fetchone()
    for name in ("applied", "applying"):
        counted = "UPDATE facts SET value = CAST(value AS INTEGER) + ? WHERE name = ?"
        database.execute(counted, (then - now, name))


def _record(record: str | bytes | None, version: int) -> str | None:
    """A record of today in the keys and values of 0.4, or of the earlier version."""
    if record is None:
        return None
    old = json.loads(record)
    for name in (
        "earlier_number",
        "camera",
        "pixel_checksum",
        "perceptual_hash",
        "duplicate_of",
        "similar",
        "sharpness",
        "sharpest",
        "round",
        "shown_forms",
        "words",
        "draft",
        "camera_mark",
        "filed",
    ):
        old.pop(name, None)
    old |= {"looked_for": old.pop("smallest_face_px"), "looked_turned": old.pop("rotations_searched")}
    for face in old["faces"]:
        answer, problem = face["resolved"], face.pop("problem")
        face["resolved"] = f"{answer['kind']} {answer['value']}".strip() if answer else None
        face |= {"doubt": problem["sentence"] if problem else "", "known_as": face.pop("face_id")}
        for name in ("added", "found", "known_as") if version == 1 else ():
            del face[name]
    for finding in old["findings"]:
        finding["next_step"] = finding.pop("hint")
        del finding["code"]
    return json.dumps(old)


def turn_back_to_0_8(batch: Path) -> None:
    """Make a batch of one channel one that imgvet 0.8 has left: in ``flickr/``, whatever its channel is called."""
    with contextlib.closing(sqlite3.connect(batch / "private" / "batch.db")) as database, database:
        digests = {}
        for digest, value in database.execute("SELECT digest, value FROM settings").fetchall():
            saved = {key: each for key, each in json.loads(value).items() if key not in ("channels", "folders", "home")}
            folder = json.loads(value)["folders"][saved["channel"]]
            del saved["profile"]["metadata"]["captions"]
            for channel in saved["profile"]["channels"].values():
                del channel["counts"]
            text = json.dumps(saved, ensure_ascii=False)
            digests[digest] = hashlib.sha256(text.encode()).hexdigest()
            database.execute("UPDATE settings SET digest = ?, value = ?", (digests[digest], text))
        guards = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            database.execute(f"DROP TRIGGER {name}")
        for before, now in digests.items():
            database.execute("UPDATE decisions SET value = ? WHERE value = ?", (now, before))
        add_hashes(database)
        for _, guard in guards:
            database.execute(guard)
        for number, text in database.execute("SELECT number, record FROM photos").fetchall():
            record = {
                key: value
                for key, value in json.loads(text).items()
                if key not in ("channel", "copies", "words", "draft")
            }
            record["output"] = record["output"].replace(f"{folder}/", "flickr/")
            database.execute("UPDATE photos SET record = ? WHERE number = ?", (json.dumps(record), number))
        tables = json.loads(database.execute("SELECT value FROM facts WHERE name = 'tables'").fetchone()[0])
        database.execute("DELETE FROM facts WHERE name = 'tables'")
        database.execute("INSERT INTO facts VALUES ('flickr_table', ?)", (json.dumps(tables[folder]),))
        database.execute("DROP TABLE copy_stamps")
        database.execute("PRAGMA user_version = 8")
    if folder != "flickr":
        (batch / folder).rename(batch / "flickr")
        (batch / "flickr" / f"{folder}.csv").rename(batch / "flickr" / "flickr.csv")
