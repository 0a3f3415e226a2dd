"""What commands say: plain words for one photo, a table for a batch. Records in, text out; nothing is printed here."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from imgvet.decisions import OTHERS_COPYRIGHT, PUBLIC_TEXT
from imgvet.own_name import by_words, declare_words
from imgvet.photo import Area, Face, Photo, ProblemCode, Verdict
from imgvet.reports.batch_words import MOST_SPANS, BatchNeed, batch_needs
from imgvet.rules.needs import Need, NeedKind, beside_faces, face_need, photo_needs
from imgvet.rules.not_looked_at import not_looked_at_sentence
from imgvet.rules.rules import FIXED_RULES, RULES
from imgvet.settings import Settings
from imgvet.text import and_list, command_line, count, long_day, spans, visible

if TYPE_CHECKING:
    from imgvet.batch.decisions.statements import RefusedStatement
    from imgvet.batch.form_suggestions import FormSuggestion, PhotographedForms
    from imgvet.batch.publications import OnlinePhoto
    from imgvet.channels.places import ChannelPlace

EXIT_CODES = {Verdict.READY: 0, Verdict.ASK: 1, Verdict.RELEASE: 1, Verdict.BLOCKED: 3, Verdict.FAILED: 4}

_MOST_MATTERS = 40  # lines, one for each thing that photos need or each note on them
_MAX_SUGGESTIONS = 10  # told one by one


def owner_note(settings: Settings, marks: Iterable[str]) -> str:
    """That the photos are nobody's, where no organisation is set; ``marks`` are the names of those that are drawn."""
    drawn = frozenset(marks)
    missing = [] if "copyright" in drawn else ["no copyright mark" if drawn else "no mark"]
    missing += [] if settings.fill_rights(settings.profile.licence.copyright_notice) else ["no copyright line"]
    if settings.profile.organisation.name.strip() or not missing:
        return ""
    return f"No organisation is set, so the pictures carry {' and '.join(missing)}. Set it up with: imgvet init"


def lines_beside_a_yes(photos: Iterable[Photo]) -> list[str]:
    """What imgvet does not look at, where a photo may be published; one line at most."""
    sentence = not_looked_at_sentence(photo for photo in photos if photo.verdict is Verdict.READY)
    return [sentence] if sentence else []


def needs_of_batch(photos: Iterable[Photo]) -> list[str]:
    """What the held photos need, one line for each need: how many faces, what they need, and in which photos."""
    return _first_matters([each.line for each in batch_needs(photos)])


def _first_matters(lines: list[str]) -> list[str]:
    """The first of many lines, and how many are left out; the checklist has all."""
    more = len(lines) - _MOST_MATTERS
    return lines if more <= 0 else [*lines[:_MOST_MATTERS], f"… and {count(more, 'matter')} more, see checklist.html"]


def notes_on_batch(photos: Iterable[Photo]) -> list[str]:
    """Notes on the photos of a batch that need no decision, one line for each note, and in which photos."""
    where: dict[str, list[int]] = {}
    for photo in photos:
        for finding in photo.findings:
            if finding.verdict is Verdict.READY and finding.rule != "similar":
                where.setdefault(finding.reason, []).append(photo.number)
    told = _first_matters([BatchNeed(words, 0, tuple(numbers)).line for words, numbers in where.items()])
    return [*_filed_forms(photos), *told, *_alike_groups(photos)]


def _filed_forms(photos: Iterable[Photo]) -> Iterator[str]:
    """Which photos are filed as scans of which forms, in one line."""
    named = [f"photo {photo.number} ({', '.join(photo.shown_forms[:MOST_SPANS])})" for photo in photos if photo.filed]
    more = f" and {len(named) - MOST_SPANS} more" if len(named) > MOST_SPANS else ""
    if named:
        yield f"Signed forms that are filed, and never published: {', '.join(named[:MOST_SPANS])}{more}"


def reasons_to_take_back(photos: Iterable[Photo]) -> list[str]:
    """The photos that may no longer be published where they are, a line each: number, file name, title, and why."""
    return [
        f"Photo {photo.number}: {photo.name}{f', {photo.public.title}' if photo.public else ''}. "
        + " ".join(dict.fromkeys(_why_not_ready(photo)))
        for photo in photos
    ]


def online_lines(online: "Iterable[OnlinePhoto]") -> list[str]:
    """Where photos are on the web, one line a place: number, file name, title, address, and since when."""
    from imgvet.batch.publications import publication_words

    return [f"photo {each.number}: {publication_words(one)}" for each in online for one in each.publications]


def refused_lines(refused: "Iterable[RefusedStatement]") -> list[str]:
    """Which statements somebody has called untrue, a line each."""
    return [
        f"{each.by} answered no on {long_day(each.at)}{_of_photos(each.photos)}: {each.question.text}"
        for each in refused
    ]


def _of_photos(numbers: Sequence[int]) -> str:
    return f" (photo{'' if len(numbers) == 1 else 's'} {', '.join(spans(sorted(numbers)))})" if numbers else ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next: words, and the whole commands that do it, two at most."""

    words: str  # ends with a colon where a command follows; empty where the command says all
    commands: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """As it is printed: every command alone on its line, except one that needs no words."""
        if not self.words:
            return (f"Next: {self.commands[0]}",)
        return (f"Next: {self.words}", *(f"      {command}" for command in self.commands))


@dataclass(frozen=True, slots=True)
class ChannelSummary:
    """What a batch comes to for each of its channels."""

    places: "Sequence[ChannelPlace]" = ()
    lines: tuple[str, ...] = ()  # one a channel, where there are several
    kept_out: tuple[str, ...] = ()  # which photos a form keeps out of a channel, one line a reason; nothing is open
    ready: "tuple[ChannelPlace, ...]" = ()  # channels that have something to upload

    @classmethod
    def of(cls, judged: Iterable[Photo], settings: Settings) -> "ChannelSummary":
        """Of the photos as they are judged now."""
        from imgvet.channels.places import channel_places
        from imgvet.channels.states import Standing, channel_states

        counts = {name: Counter[Standing]() for name in settings.channel_names}
        kept: dict[str, list[int]] = {}
        for photo in judged:
            for each in channel_states(photo, settings):
                counts[each.channel][each.standing] += 1
                if each.standing is Standing.KEPT_OUT:
                    kept.setdefault(f"Kept out of {each.channel}: {first_small(each.words)}", []).append(photo.number)
        places = tuple(channel_places(settings))
        lines = tuple(
            f"{place.channel}: "
            + ", ".join(f"{counts[place.channel][one]} {one}" for one in Standing if counts[place.channel][one])
            for place in places
        )
        return cls(
            places,
            lines if len(places) > 1 else (),
            tuple(BatchNeed(words, 0, tuple(numbers)).line for words, numbers in kept.items()),
            tuple(place for place in places if counts[place.channel][Standing.READY]),
        )

    def folders(self, batch: Path) -> str:
        """Where the photos are that may be published."""
        return ", ".join(str(batch / place.folder) for place in self.places)


_NO_CHANNELS = ChannelSummary()


def batch_next_step(
    photos: Collection[Photo],
    batch: Path,
    refused: "Sequence[RefusedStatement]" = (),
    forms: "PhotographedForms | None" = None,
    channels: ChannelSummary = _NO_CHANNELS,
) -> NextStep:
    """The next thing to do for a batch.

    ``refused``: the profile's statements that somebody has called untrue; ``forms``: what photos of forms are good for;
    ``channels``: of the batch.
    """
    if forms and forms.to_file:
        return NextStep("Photos show signed forms; file them as scans:", (_scan_forms(batch),))
    declaration = {each.code for photo in photos for each in photo.findings if each.rule == "declaration"}
    if declaration:
        left_out = {photo.number for photo in photos if photo.excluded}
        untrue = {number for each in refused for number in each.photos} - left_out
        known = all(each.photos for each in refused)  # of each statement somebody has said which photos make it untrue
        return _next_for_declaration(batch, declaration, sorted(untrue), to_leave_out=bool(untrue) or not known)
    if any(photo.verdict is Verdict.RELEASE for photo in photos):
        return _next_for_faces(photos, batch, forms)
    for photo in photos:
        for need in photo_needs(photo) if photo.verdict not in (Verdict.READY, Verdict.FAILED) else ():
            if step := _next_for_need(photo, need, batch):
                return step
    return _next_for_files(photos, batch, channels)


def _next_for_files(photos: Collection[Photo], batch: Path, channels: ChannelSummary) -> NextStep:
    """What to do once nobody has anything to decide any more."""
    if any(finding.code is ProblemCode.NOT_MADE for photo in photos for finding in photo.findings):
        make = command_line("imgvet", "finish", batch)
        return NextStep("Make the files that a channel still lacks; small photos need their originals for it:", (make,))
    if not any(photo.verdict is Verdict.READY for photo in photos):
        return NextStep("", (command_line("imgvet", "status", batch),))
    several = len(channels.places) > 1
    named = [(place.folder, place.table, ["--channel", place.channel] if several else []) for place in channels.ready]
    named = named or [("flickr", "flickr.csv", [])]
    where = and_list(f"{folder}/" for folder, _, _ in named)
    texts = and_list(f"{folder}/{table}" for folder, table, _ in named)
    record = tuple(
        command_line("imgvet", "published", batch, *words, "--url", "ADDRESS", *by_words()) for _, _, words in named
    )
    return NextStep(f"Upload what is in {where}, with the texts of {texts}. Then record it:", record)


def _next_for_declaration(
    batch: Path, codes: Collection[ProblemCode | None], untrue: Sequence[int], *, to_leave_out: bool
) -> NextStep:
    """``untrue``: photos of which a statement is not true, where they were named."""
    if codes == {ProblemCode.NOT_APPROVED}:
        approve = command_line("imgvet", "decide", batch, "all", "approve", "declare", "--by", "NAME")
        return NextStep("Someone other than the person who made the declaration checks it, then:", (approve,))
    declare = command_line("imgvet", "finish", batch, *declare_words())
    if not to_leave_out:
        return NextStep("Look at every photo; then answer the statements, which are in checklist.html:", (declare,))
    numbers = ",".join(map(str, untrue)) or "PHOTO"
    exclude = command_line("imgvet", "decide", batch, numbers, "exclude", "--note", "WHY", *by_words())
    return NextStep("Leave out the photos of which a statement is not true; then declare again:", (exclude, declare))


def suggestion_lines(forms: "PhotographedForms", batch: Path) -> list[str]:
    """What forms that were photographed close to people suggest, a line each, each with the command that decides it."""
    found = [each for several in forms.suggestions.values() for each in several]
    if not found:
        return []
    lines = ["Forms that were photographed close to people. Look whether it is the same person, then decide:"]
    for each in found[:_MAX_SUGGESTIONS]:
        lines += [f"    {visible(each.words)}", *([] if each.problem else [f"        {_as_suggested(each, batch)}"])]
    more = len(found) - _MAX_SUGGESTIONS
    return (
        lines
        if more <= 0
        else [*lines, f"    … and {more} more, see {command_line('imgvet', 'status', batch, '--json')}"]
    )


def _scan_forms(batch: Path) -> str:
    """The command that files the photos that show forms, or says what each needs first."""
    return command_line("imgvet", "release", "scan", "--batch", batch, *by_words())


def _as_suggested(suggestion: "FormSuggestion", batch: Path) -> str:
    """The command that gives the face the form."""
    return command_line("imgvet", "decide", batch, suggestion.target, "release", suggestion.form, *by_words())


def _first_to_confirm(forms: "PhotographedForms | None") -> "FormSuggestion | None":
    """The first suggestion of one form, which can be used, for one face."""
    alone = (each[0] for each in (forms.suggestions.values() if forms else ()) if len(each) == 1)
    return next((each for each in alone if each.face and not each.problem), None)


def _next_for_faces(photos: Collection[Photo], batch: Path, forms: "PhotographedForms | None") -> NextStep:
    if only_approvals := _to_approve(photos):
        approve = command_line("imgvet", "decide", batch, only_approvals, "approve", "--by", "NAME")
        return NextStep("Someone other than the person who decided checks, then:", (approve,))
    waiting = (photo for photo in photos if photo.verdict is Verdict.RELEASE)
    undecided = (
        f"{photo.number}:{face.number}" for photo in waiting for face in photo.open_faces if not _is_to_be_hidden(face)
    )
    face = next(undecided, None)
    if face is None:
        return _next_for_originals(batch, *(photo.number for photo in photos if photo.verdict is Verdict.RELEASE))
    sheet = command_line("imgvet", "checklist", batch, "--import", batch / "checklist.xlsx", *by_words())
    if first := _first_to_confirm(forms):
        which = f"form {first.form} is that of photo {first.photo}, face {first.face}"
        return NextStep(f"Look whether {which}, then:", (_as_suggested(first, batch), sheet))
    hide = command_line("imgvet", "decide", batch, face, "redact", *by_words())
    words = "Collect the forms listed in checklist.html, fill in checklist.xlsx and import it; or hide a face:"
    return NextStep(words, (sheet, hide))


def _is_to_be_hidden(face: Face) -> bool:
    """Whether it is decided already, and only its file has to be made again."""
    return face.problem is not None and face.problem.code is ProblemCode.NOT_HIDDEN


def _next_for_originals(batch: Path, *numbers: int) -> NextStep:
    """What a run would have done, had it found the originals of the photos with these numbers."""
    several = f"The originals of photos {', '.join(spans(sorted(numbers)))} are"
    originals = f"The original of photo {numbers[0]} is" if len(numbers) == 1 else several
    words = f"{originals} needed to make files again. Put back what is missing, then:"
    return NextStep(words, (command_line("imgvet", "finish", batch),))


def _next_for_need(photo: Photo, need: Need, batch: Path) -> NextStep | None:
    """What to do for one thing that a photo needs; None where nobody can decide anything about it."""
    number = str(photo.number)
    if need.kind is NeedKind.HIDE and need.face:
        hide = _decide(batch, f"{number}:{need.face.number}", "redact")
        return NextStep("The person has refused; hide the face:", (hide,))
    if need.kind is NeedKind.APPROVE:
        part = need.face.number if need.face else need.area.letters if need.area else ""
        target = f"{number}:{part}" if part else number
        approve = command_line("imgvet", "decide", batch, target, "approve", "--by", "NAME")
        return NextStep("Someone other than the person who decided checks, then:", (approve,))
    if need.area:
        return _next_for_area(number, need.area, batch)
    if need.finding is None or need.finding.rule in _NOTHING_TO_DECIDE:
        return None
    return _next_for_finding(photo, need.kind, need.finding.rule, batch)


def _next_for_finding(photo: Photo, kind: NeedKind, rule: str, batch: Path) -> NextStep:
    """What to do about what a rule found beyond faces and areas."""
    number = str(photo.number)
    if kind is NeedKind.CORRECT or rule == "captions":
        return _next_for_originals(batch, photo.number)
    if kind is NeedKind.ANSWER:
        return _next_for_question(photo, rule, batch)
    if is_form := rule == "release-form":
        words = f"File the form that photo {number} shows, or leave the photo out:"
    else:
        words = f"Look at photo {number}; leave it out if nothing else can be done:"
    exclude = _decide(batch, number, "exclude", "--note", "WHY")
    return NextStep(words, (*([_scan_forms(batch)] if is_form else []), exclude))


_RULE_NAMES = frozenset(spec.name for spec in (*FIXED_RULES, *RULES))


def _next_for_area(number: str, area: Area, batch: Path) -> NextStep:
    """What to do about an area of the photo with that number."""
    if area.problem and area.problem.code is ProblemCode.NOT_HIDDEN:
        return _next_for_originals(batch, int(number))
    target = f"{number}:{area.letters}"
    fine = _decide(batch, target, "fine", "--note", "WHY")
    return NextStep(
        f"Look at area {area.letters} of photo {number}. Hide it, or say why it may be seen:",
        (_decide(batch, target, "redact"), fine),
    )


def _next_for_question(photo: Photo, rule: str, batch: Path) -> NextStep:
    """What to do about a question that a person may answer for the photo."""
    number = str(photo.number)
    answer = _decide(batch, number, "answer", rule, "--note", "WHY")
    if rule not in _RULE_NAMES:  # a question of the profile: its words are the reason
        asked = next(each.reason for each in photo.findings if each.rule == rule)
        return NextStep(f"Photo {number}: {asked} If that is true of it:", (_decide(batch, number, "answer", rule),))
    if rule == OTHERS_COPYRIGHT:
        own, licensed = _decide(batch, number, "own"), _decide(batch, number, "licensed", "--note", "WHY")
        return NextStep("Say whose picture it is: your own, or used under licence; or exclude it:", (own, licensed))
    if rule == "alt-text":
        write = command_line("imgvet", "caption", batch, number, "--alt", "TEXT", *by_words())
        return NextStep(f"Say what photo {number} shows, for people who cannot see it:", (write, answer))
    if rule == PUBLIC_TEXT and photo.words.fields:
        change = command_line("imgvet", "caption", batch, number, "--caption", "TEXT", *by_words())
        return NextStep(f"Read the words of photo {number}. Change them, or say why they stay:", (change, answer))
    if rule == PUBLIC_TEXT:
        words = ("--event", "EVENT", "--change-profile", "--note", "WHY")
        change = command_line("imgvet", "batch", batch, *words, *by_words())
        return NextStep("Read the event's name, tags and link. Change them, or say why they stay:", (change, answer))
    exclude = _decide(batch, number, "exclude", "--note", "WHY")
    return NextStep(f"Look at photo {number}. It may be published, or not:", (answer, exclude))


def _decide(batch: Path, *words: str) -> str:
    return command_line("imgvet", "decide", batch, *words, *by_words())


_NOTHING_TO_DECIDE = ("excluded", "earlier-label", "altered-record", "channel-file")


def exit_code(photos: Iterable[Photo]) -> int:
    """The code that the worst photo asks for; those that are filed as scans of forms ask for nothing."""
    return max((EXIT_CODES[photo.verdict] for photo in photos if not photo.filed), default=0)


def _alike_groups(photos: Iterable[Photo]) -> Iterator[str]:
    """Which photos look almost the same, each group once."""
    group_of: dict[int, set[int]] = {}
    for photo in photos:
        if photo.similar:
            numbers = {photo.number, *photo.similar}
            known = {id(group): group for each in numbers if (group := group_of.get(each))}.values()
            largest: set[int] = max(known, key=len, default=set())
            for other in (numbers, *(each for each in known if each is not largest)):
                largest |= other
                group_of.update(dict.fromkeys(other, largest))
    groups = {id(group): group for group in group_of.values()}
    named = [", ".join(spans(sorted(group))) for group in sorted(groups.values(), key=min)]
    more = f" and {len(named) - MOST_SPANS} groups more" if len(named) > MOST_SPANS else ""
    if named:
        yield f"These look almost the same: photos {'; '.join(named[:MOST_SPANS])}{more}"


def _why_not_ready(photo: Photo) -> Iterator[str]:
    """Why a photo that was ready is no longer ready."""
    for face in photo.open_faces:
        yield face.problem.sentence if face.problem else "A face has no decision."
    for area in photo.open_areas:
        yield area.problem.sentence if area.problem else "An area has no decision."
    if any(face.must_be_hidden for face in photo.faces):
        yield "A person shown has refused to be shown."
    yield from (finding.reason for finding in beside_faces(photo))


def _to_approve(photos: Iterable[Photo]) -> str:
    """The faces that need the approval of a second person, as ``decide`` reads them, if no other face is open."""
    unapproved_faces = []
    for photo in photos:
        if photo.verdict is Verdict.FAILED:
            continue
        for face in photo.open_faces:
            if face_need(face) is not NeedKind.APPROVE:
                return ""
            unapproved_faces.append(f"{photo.number}:{face.number}")
    return ",".join(unapproved_faces)


def first_small(sentence: str) -> str:
    """The sentence as it is written after a colon."""
    first, _, rest = sentence.partition(" ")
    return f"{first.lower() if first.istitle() else first} {rest}".strip()
