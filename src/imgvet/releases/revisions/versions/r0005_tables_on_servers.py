"""The tables of the register, as SQLite's files have them since their fifth step; a server starts with them here."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = None


def upgrade() -> None:
    """Make them on a server; a file has them already."""
    op.create_table(
        "releases",
        _text("key", primary_key=True),
        *map(_text, ("reference", "person", "contact")),
        _text("signed_on", nullable=True),
        *map(_text, ("taken_by", "event")),
        *(_text(name, nullable=True) for name in ("covers_from", "covers_until")),
        _text("channels"),
        _text("expires_on", nullable=True),
        _number("minor"),
        *map(_text, ("born", "guardian", "guardian_relation", "note", "model_release", "model_age")),
        *map(_text, ("scan_name", "scan_sha256")),
        _text("withdrawn_on", nullable=True),
        _text("withdrawn_by"),
        *(_text(name, nullable=True) for name in ("refused_on", "purged_on")),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        *map(_text, ("at", "by", "kind", "key", "reference", "why", "changes")),
        *(_text(name, nullable=True) for name in ("account", "machine")),
    )
    op.create_index("history_of", "history", ["key"])
    op.create_table("numbers", _text("prefix", primary_key=True), _number("year", primary_key=True), _number("last"))
    op.create_table("facts", _text("name", primary_key=True), _text("value"))
    op.create_table(
        "batches", _text("identity", primary_key=True), *map(_text, ("mark", "folder", "computer", "noted_at"))
    )
    op.create_table(
        "uses",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        *map(_text, ("key", "batch")),
        _number("photo"),
        *map(_text, ("file", "title", "event", "channel", "since", "until", "online")),
    )
    op.create_index("uses_of", "uses", ["key"])
    op.create_index("uses_in", "uses", ["batch"])
    op.create_table(
        "scans",
        _text("name", primary_key=True),
        _text("kept_at"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.execute("ALTER TABLE scans ALTER COLUMN content SET STORAGE EXTERNAL")  # scans are compressed already
    op.execute("INSERT INTO facts VALUES ('identity', replace(gen_random_uuid()::text, '-', ''))")


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    """A text, which is compared byte by byte, as SQLite does."""
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable, primary_key=primary_key)


def _number(name: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, primary_key=primary_key, autoincrement=False)
