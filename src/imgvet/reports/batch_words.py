"""What people read of a batch's state, in the terminal and on the review page. Records in, words out."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING

from imgvet.batch.decisions.approvals import from_one_account
from imgvet.photo import VERDICT_MEANINGS, Finding, Photo, Verdict
from imgvet.rules.area_rules import AREA_RULES, area_words
from imgvet.rules.needs import FACE_RULES, Need, NeedKind, photo_needs
from imgvet.signed_in import SignedIn
from imgvet.text import count, spans

if TYPE_CHECKING:
    from imgvet.batch.snapshot import BatchSnapshot
    from imgvet.batch.status import FolderCheck

MOST_SPANS = 20  # of photo numbers, named in one line

_NO_UPLOAD = "; do not upload it"


def file_lines(files: "FolderCheck") -> list[str]:
    """What is in the folders of a batch that is not as imgvet left it, a line each."""
    lines = [f"{each}{_NO_UPLOAD if each.is_for_upload else ''}." for each in files.changed]
    lines += [f"The previews of photo {number} are not the ones that imgvet made." for number in files.altered]
    lines += [
        f"Remove this file from {path.parent.name}/, because it was not vetted: {path.name}" for path in files.added
    ]
    lines += [
        f"{folder}/ is for a channel that the batch has no longer; do not upload it. The next run removes its files."
        for folder in files.left
    ]
    lines += [f"{table} was changed since imgvet wrote it; the next run writes it again." for table in files.tables]
    of_system: dict[str, list[str]] = {}
    for path in files.of_system:
        of_system.setdefault(path.parent.name, []).append(path.name)
    lines += [
        f"Files of the operating system in {folder}/, not for uploading: {', '.join(names)}."
        for folder, names in of_system.items()
    ]
    return lines


def one_account_lines(snapshot: "BatchSnapshot") -> list[str]:
    """Which approvals came from the account that gave the answer: two names, and perhaps one person; a line each."""
    accounts: dict[SignedIn, set[int]] = {}
    for original in dict.fromkeys(each.source_sha256 for each in snapshot.decisions):
        said = snapshot.index.on_original(original)
        for each in compress(said, from_one_account(said)):
            if each.signed_in and each.photo:
                accounts.setdefault(each.signed_in, set()).add(each.photo)
    return [
        f"Decided and approved from one account, {account}: "
        f"photo{'' if len(numbers) == 1 else 's'} {', '.join(spans(sorted(numbers)))}."
        for account, numbers in accounts.items()
    ]


def corrected_lines(found: "FolderCheck", missing: Container[int], after: Iterable[Photo]) -> list[str]:
    """What a run found replaced, removed or altered, and what came of it, a line each."""
    changed = {each.number for each in found.changed}
    errors = {photo.number: photo.error for photo in after if photo.number in changed}
    lines = []
    for each in found.changed:
        folder, _, name = each.output.rpartition("/")
        error = errors.get(each.number)
        if each.is_there:
            what = f"{name} in {folder}/ was not the file that imgvet wrote; it was removed"
            lines.append(f"{what}, and cannot be made again: {error}" if error else f"{what} and made again.")
        else:
            what = f"{name} was missing from {folder}/"
            lines.append(f"{what}, and cannot be made again: {error}" if error else f"{what}; it was made again.")
    for number in found.altered:
        done = "it is held until its original is back" if number in missing else "it was vetted again"
        lines.append(f"What private/batch.db said of photo {number} was altered; {done}.")
    return [*lines, *(f"{table} had been changed; it was written again." for table in found.tables)]


def verdict_counts(photos: Iterable[Photo]) -> list[tuple[Verdict, int, str]]:
    """How many photos have each verdict, best first, and what that means; verdicts that no photo has are left out.

    Those that are filed as scans of forms count in none, because nobody has to do anything about them.
    """
    number: Counter[Verdict] = Counter()
    faces = areas = 0
    for photo in photos:
        if photo.filed:
            continue
        number[photo.verdict] += 1
        faces += len(photo.open_faces) if photo.verdict is not Verdict.FAILED else 0
        areas += len(photo.open_areas) if photo.verdict is Verdict.ASK else 0
    meanings = dict(VERDICT_MEANINGS)
    if faces:
        meanings[Verdict.RELEASE] += f": {count(faces, 'face')}"
    if areas:
        meanings[Verdict.ASK] += f": {count(areas, 'area')}"
    return [(verdict, number[verdict], meanings[verdict]) for verdict in Verdict if number[verdict]]


def needs_of_photo(photo: Photo) -> str:
    """What one photo of a batch needs, in one line."""
    if photo.verdict is Verdict.RELEASE and any(finding.rule in FACE_RULES for finding in photo.findings):
        areas = [finding for finding in photo.findings if finding.rule in AREA_RULES]
        return " ".join([*_of_open_faces(photo), *reasons_of(areas)])
    return " ".join(reasons_of([finding for finding in photo.findings if finding.verdict is photo.verdict]))


@dataclass(frozen=True, slots=True)
class BatchNeed:
    """One thing that photos of a batch need, and which of them do."""

    words: str
    faces: int  # how many faces or areas need it; 0: it is about the photos
    photos: tuple[int, ...]

    @property
    def about(self) -> str:
        """What is needed, and of how many faces or areas."""
        if not self.faces:
            return self.words.rstrip(".")
        many = self.words.replace("face ", "faces ", 1).replace("area ", "areas ", 1).replace(" needs ", " need ", 1)
        return count(self.faces, self.words, many)

    @property
    def line(self) -> str:
        """The same with the numbers of the photos, of which many are cut."""
        runs = spans(sorted(self.photos))
        more = " and others" if len(runs) > MOST_SPANS else ""
        return f"{self.about}: photo{'' if len(self.photos) == 1 else 's'} {', '.join(runs[:MOST_SPANS])}{more}"


def batch_needs(photos: Iterable[Photo]) -> list[BatchNeed]:
    """What the held photos need, one for each need, in the order in which they are met."""
    faces: Counter[str] = Counter()
    where: dict[str, dict[int, None]] = {}
    for photo in photos:
        if photo.verdict in (Verdict.READY, Verdict.FAILED):
            continue
        for need in photo_needs(photo):
            words = _need_words(need)
            faces[words] += need.area is not None or (need.kind in _FACE_NEEDS and need.face is not None)
            where.setdefault(words, {})[photo.number] = None
    return [BatchNeed(words, faces[words], tuple(numbers)) for words, numbers in where.items()]


_UNFILED = "Signed forms that are not filed as scans yet"  # each is named with its photo
_FACE_NEEDS = {
    NeedKind.HIDE: "face must be hidden because the person refused",
    NeedKind.RELEASE: "face still needs a release form or another decision",
    NeedKind.CHECK: "possible face needs checking",
    NeedKind.APPROVE: "face needs a second person's approval",
}


def _need_words(need: Need) -> str:
    """What is needed, in words by which the same needs of several photos are counted."""
    if need.finding:
        return _UNFILED if need.finding.rule == "release-form" else need.finding.reason
    if need.area and need.kind is NeedKind.LOOK:
        return f"area to look at: {area_words(need.area)}"
    if need.area:
        needs = "needs a second person's approval" if need.kind is NeedKind.APPROVE else "with a decision to correct"
        return f"area {needs}"
    if need.face and need.kind is NeedKind.CORRECT and need.face.problem:
        return need.face.problem.sentence
    return _FACE_NEEDS[need.kind]


def _of_open_faces(photo: Photo) -> list[str]:
    """What the open faces need: first those that nobody has answered for, then each answer that is not valid."""
    problems = [f"Face {face.number}: {face.problem.sentence}" for face in photo.open_faces if face.problem]
    return [f"{faces_needed(photo)}.", *problems] if faces_needed(photo) else problems


def faces_needed(photo: Photo) -> str:
    """How many faces of a photo need an answer, without a full stop; empty where none does that has no answer yet."""
    unanswered = [face for face in photo.open_faces if not face.problem]
    sure = sum(not face.possible for face in unanswered)
    perhaps = len(unanswered) - sure
    parts = []
    if sure:
        parts.append(f"{count(sure, 'face')} {'needs a release form' if sure == 1 else 'need release forms'}")
    if perhaps:
        parts.append(f"{count(perhaps, 'possible face')} {'needs' if perhaps == 1 else 'need'} checking")
    return " and ".join(parts)


def reasons_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The reasons of findings, each once."""
    return tuple(dict.fromkeys(finding.reason for finding in findings))


def away_line(numbers: Sequence[int]) -> str:
    """That these photos were not vetted, because their originals went away with their folder; and what helps."""
    photos = f"Photo {numbers[0]} was" if len(numbers) == 1 else f"Photos {', '.join(spans(numbers))} were"
    return f"{photos} not vetted: the folder with the originals has gone. Connect its drive or card, and run again."
