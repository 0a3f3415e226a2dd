"""The register records with which forms a batch publishes which photos, so that withdrawing a form shows its photos.

A batch has an identity of its own, and is found by it when its folder is moved. Each note in the register has a new
mark, which the batch keeps, too. So a copy of the folder is told apart: both folders are there, or one of them has a
mark that is no longer the register's. The copy then gets an identity of its own, and its photos count separately.
"""

import platform
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from imgvet.batch.publications import PublicationIndex
from imgvet.batch.register_lookup import lazy_register, release_lookup
from imgvet.batch.snapshot import BatchFacts
from imgvet.batch.status import every_part, in_folders
from imgvet.batch.store import BatchStore, exclusive_lock, now
from imgvet.channels.places import folders_named
from imgvet.errors import RegisterError
from imgvet.people_names import same_name
from imgvet.photo import Photo
from imgvet.releases.uses import BatchPlace, UsedPhoto, UseNotes
from imgvet.rules.needs import may_be_published
from imgvet.settings import Settings
from imgvet.sqlite_store import open_to_look
from imgvet.text import path_text

if TYPE_CHECKING:
    from imgvet.releases.register import Register

_MARKS = 8  # that a batch keeps: it may have notes in several registers


class FolderState(Enum):
    """What is in the folder in which the register has a batch."""

    HERE = "here"  # that batch
    GONE = "gone"  # no batch: it was moved or removed, or its drive or computer is not connected
    OTHER = "other"  # another batch
    CLOSED = "closed"  # a batch that cannot be read


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """The batch is not where the register had it."""

    before: BatchPlace
    copied: bool  # the batch of the register is another folder; this one is a copy and counts by itself from now on


def folder_state(place: BatchPlace) -> FolderState:
    """What is in that folder now; nothing is changed there."""
    file = Path(place.folder) / "private" / "batch.db"
    if not place.mark:
        return FolderState.HERE if Path(place.folder).is_dir() else FolderState.GONE
    try:
        if not file.is_file():
            return FolderState.GONE
        with open_to_look(file) as database:
            row = database.execute("SELECT value FROM facts WHERE name = 'identity'").fetchone()
            identity = msgspec.json.decode(row[0], type=str) if row else ""
    except (OSError, sqlite3.Error, TypeError, ValueError, RecursionError):
        return FolderState.CLOSED
    return FolderState.HERE if identity == place.identity else FolderState.OTHER


def settle_place(folder: BatchStore, settings: Settings) -> PlaceChange | None:
    """Bring the register up to date on where the batch is, before it notes anything; None where nothing has changed.

    Raises:
        RegisterError: the batch was moved, and the register cannot be opened or written to.
    """
    facts = folder.facts()
    if not facts.identity:
        return None
    with lazy_register(settings) as at_hand:
        register = at_hand()
        known = register.place(facts.identity) if register else None
        if register is None or known is None:
            return None
        if _is_copy(folder, facts, known):
            folder.update(facts=replace(facts, identity=secrets.token_hex(16), marks=()))
            return PlaceChange(known, copied=True)
        if not _is_at(known, folder):
            _note(folder, register, None)
            return PlaceChange(known, copied=False)
    return None


def note_before_placing(folder: BatchStore, settings: Settings, judged: Iterable[Photo]) -> None:
    """Record what is about to be published with forms, so that the register knows of everything that is published.

    The forms must be read once more after this: a form that is withdrawn in between either shows the photo, or the
    photo is not published.

    Raises:
        RegisterError: the register cannot be opened or written to; no photo may be published with a form then.
    """
    used = _uses(settings, filter(may_be_published, every_part(judged, settings)))
    if not used:
        return
    try:
        with lazy_register(settings) as at_hand:
            register = at_hand()
            if register is None:
                raise RegisterError("The register of release forms is missing.", "Name it with --register.")
            _note_new(folder, register, UseNotes(used))
    except RegisterError as problem:
        raise RegisterError(
            f"{problem.reason} Nothing was moved to {folders_named(settings)}, because the register must first record "
            "where its forms are used.",
            problem.hint,
        ) from None


def note_placed(folder: BatchStore, settings: Settings) -> None:
    """Note what is published with forms now, what has left its folder, and what people recorded of it on the web.

    Raises:
        RegisterError: the register cannot be opened or written to; where nothing has changed, it is not.
    """
    if not folder.facts().identity:
        return
    with lazy_register(settings) as at_hand:
        register = at_hand()
        if register is not None:
            batch = folder.snapshot()
            used = _uses(settings, in_folders(batch.photos, settings))
            _note_new(folder, register, UseNotes(used, PublicationIndex(batch.decisions).by_number(batch.photos)))


def note_after_publication(folder: BatchStore, settings: Settings) -> PlaceChange | None:
    """Tell the register what is published now, and where the batch is; the change of its place, where there is one.

    Raises:
        BatchInUse: a run is under way, which tells the register itself.
        RegisterError: the register cannot be written to; the next run tells it.
    """
    with exclusive_lock(folder):
        change = settle_place(folder, settings)
        note_placed(folder, settings)
    return change


def note_copy(settings: Settings, photo: Photo, copy: Path) -> None:
    """Note that a photo which was checked by itself was cleared with forms, and ask them once more after that.

    Raises:
        RegisterError: the register cannot be opened or written to, or a form is no longer valid; the copy is removed.
    """
    used = _uses(settings, [photo])
    if not used:
        return
    folder, computer = path_text(copy.parent.resolve()), platform.node()
    try:
        with lazy_register(settings) as at_hand, release_lookup(settings) as look_up:
            register = at_hand()
            if register is None:
                raise RegisterError("The register of release forms is missing.", "Name it with --register.")
            forms = {each.form for each in used}
            register.note_uses(BatchPlace(f"{computer} {folder}", "", folder, computer, now()), UseNotes(used))
            reasons = [answer.reason for answer in look_up(forms, settings.channel_name).values() if answer.reason]
            if reasons:
                raise RegisterError(reasons[0], "Hide the face, or give another form.")
    except RegisterError as problem:
        copy.unlink(missing_ok=True)
        raise RegisterError(f"{problem.reason} The clean copy was removed.", problem.hint) from None


def _note_new(folder: BatchStore, register: "Register", notes: UseNotes) -> None:
    identity = folder.facts().identity
    if not identity or not register.has_noted(identity, notes):
        _note(folder, register, notes)


def _note(folder: BatchStore, register: "Register", notes: UseNotes | None) -> None:
    """Write into the register; the batch has both marks meanwhile, for a process may be killed between the two."""
    facts = folder.facts()
    identity, mark = facts.identity or secrets.token_hex(16), secrets.token_hex(8)
    known = register.place(identity)
    marks = dict.fromkeys((mark, *([known.mark] if known else []), *facts.marks))
    folder.update(facts=replace(facts, identity=identity, marks=tuple(marks)[:_MARKS]))
    register.note_uses(BatchPlace(identity, mark, _path(folder), platform.node(), now()), notes)


def _is_copy(folder: BatchStore, facts: BatchFacts, known: BatchPlace) -> bool:
    """Whether the batch that the register has is in another folder than this one."""
    if _is_at(known, folder):  # also where the batch's database, or the register, was restored from a backup
        return False
    if known.mark not in facts.marks:
        return True
    if folder_state(known) not in (FolderState.HERE, FolderState.CLOSED):
        return False
    try:
        return not (Path(known.folder) / "private" / "batch.db").samefile(folder.private / "batch.db")
    except OSError:
        return True


def _is_at(place: BatchPlace, folder: BatchStore) -> bool:
    return (place.folder, place.computer) == (_path(folder), platform.node())


def _path(folder: BatchStore) -> str:
    return path_text(folder.path.resolve())


def _uses(settings: Settings, photos: Iterable[Photo]) -> frozenset[UsedPhoto]:
    """The photos, each once for every form with which a face in it is answered.

    ``photos``: each as it is for one channel.
    """
    return frozenset(
        UsedPhoto(
            same_name(face.resolved.form),
            photo.number,
            photo.name,
            photo.public.title if photo.public else "",
            settings.event.text,
            photo.channel or settings.channel_name,
        )
        for photo in photos
        for face in photo.faces
        if face.resolved and face.resolved.form
    )
