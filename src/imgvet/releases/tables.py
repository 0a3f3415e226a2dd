"""The tables of the register, as statements name them. Dates are ISO 8601 texts, channels a JSON list.

They are made by the revisions in ``revisions/``; on SQLite, the steps before those are in ``schema.py``.
"""

from dataclasses import fields
from typing import Any

from sqlalchemy import Column, Identity, Integer, LargeBinary, MetaData, Table, Text

from imgvet.releases.release import Release

REGISTER_TABLES = MetaData()
_MAY_BE_EMPTY = {"signed_on", "covers_from", "covers_until", "expires_on", "withdrawn_on", "refused_on", "purged_on"}


def _texts(*names: str) -> list[Column[Any]]:
    return [Column(name, Text, nullable=False) for name in names]


def _key(name: str) -> Column[Any]:
    return Column(name, Text, primary_key=True)


def _number(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False)


def _field(name: str) -> Column[Any]:
    return Column(name, Integer if name == "minor" else Text, nullable=name in _MAY_BE_EMPTY)


RELEASES = Table(
    "releases", REGISTER_TABLES,
    _key("key"),  # the reference as it is compared
    *(_field(each.name) for each in fields(Release)),
)  # fmt: skip
HISTORY = Table(
    "history", REGISTER_TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    *_texts("at", "by", "kind", "key", "reference", "why"),
    *_texts("changes"),  # JSON: field to the values before and after
    # of the operating system, of the person who recorded it; empty: before 0.7
    *(Column(name, Text) for name in ("account", "machine")),
)  # fmt: skip
NUMBERS = Table(  # the last number given, so that none is ever given twice
    "numbers", REGISTER_TABLES,
    _key("prefix"), Column("year", Integer, primary_key=True), _number("last"),
)  # fmt: skip
FACTS = Table("facts", REGISTER_TABLES, _key("name"), *_texts("value"))
BATCHES = Table(
    "batches", REGISTER_TABLES,
    _key("identity"),  # the batch's own, whatever its folder is called
    *_texts("mark"),  # of its latest note; a copy of the folder that was left behind has another
    *_texts("folder", "computer", "noted_at"),
)  # fmt: skip
USES = Table(
    "uses", REGISTER_TABLES,
    Column("id", Integer, Identity(), primary_key=True),
    *_texts("key", "batch"),  # of the form, and the identity of the batch
    _number("photo"),
    *_texts("file", "title", "event", "channel", "since"),
    *_texts("until"),  # empty while it is in the folder to be published
    *_texts("online"),  # JSON: what people recorded of it on the web
)  # fmt: skip
CARRIED = (RELEASES, HISTORY, NUMBERS, FACTS, BATCHES, USES)  # whole, when the register is moved

SCANS = Table(  # only on a server: those of a file are beside it
    "scans", REGISTER_TABLES,
    _key("name"),
    *_texts("kept_at"),  # ISO 8601, UTC
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip
