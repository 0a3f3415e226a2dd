"""The rules, in the order in which they are asked. A rule is a plain function with a name.

``(Photo, Settings)``: it reads the record and yields its results. The profile (``[rules]``) sets the verdict; the
default is beside its name in ``RULES``.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from imgvet.decisions import DECLARE, OTHERS_COPYRIGHT, PUBLIC_TEXT, Answer
from imgvet.errors import ProfileError
from imgvet.photo import Face, Finding, Photo, RightsClaim, Verdict
from imgvet.profile import Question
from imgvet.rules.area_rules import AREA_RULES, area_verdicts
from imgvet.rules.others_rights import claims_of_others
from imgvet.rules.public_text import no_alt_text, public_text, written_code
from imgvet.settings import Settings
from imgvet.text import and_list, spans

_MAX_FORMS = 5  # named in one sentence
_MAX_CLAIMS = 5  # told in one sentence

RuleResult = tuple[str, str, Face | None]  # reason, hint, the face it is about
Rule = Callable[[Photo, Settings], Iterator[RuleResult]]


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule with its name, its default verdict and those that a profile may set."""

    name: str
    rule: Rule
    default: Verdict | None  # None: off unless the profile turns it on
    allowed: tuple[str, ...]  # what a profile may set; rules on faces cannot be turned off
    about: Callable[[Photo, Settings], str] | None = None  # the code of what it asks about, see ``Finding.about``


def judge_by_rules(photo: Photo, settings: Settings) -> tuple[Finding, ...]:
    """The findings of every rule that is on."""
    findings: list[Finding] = []
    for spec in (*FIXED_RULES, *RULES):
        verdict = _strength(spec, settings)
        if verdict is not None:
            for reason, hint, face in spec.rule(photo, settings):
                box, problem = (face.box, face.problem) if face else (None, None)
                code, about = problem.code if problem else None, spec.about(photo, settings) if spec.about else ""
                findings.append(Finding(spec.name, verdict, reason, hint, box, code, about))
    findings += _on_open_areas(photo, settings)
    for question in settings.profile.photo_questions:
        asked = photo_question(question, photo, settings)
        findings += (Finding(question.id, Verdict.ASK, reason, hint) for reason, hint, _ in asked)
    return tuple(findings)


def check_rules(settings: Settings) -> None:
    """Refuse a profile that names a rule that does not exist, or sets one as it may not be set.

    Raises:
        ProfileError: with the rule, and what is allowed.
    """
    where, hint = f"profile {settings.profile.name}", "Correct the profile and run the command again."
    known = {spec.name: spec.allowed for spec in RULES}
    known |= {name: rule.allowed for name, rule in AREA_RULES.items() if rule.allowed}
    for name, chosen in settings.profile.rules.items():
        if name not in known:
            raise ProfileError(f"{where}: rules.{name}: there is no such rule; allowed are {', '.join(known)}.", hint)
        if chosen not in known[name]:
            allowed = ", ".join(known[name])
            raise ProfileError(f"{where}: rules.{name}: is '{chosen}'; allowed are {allowed}.", hint)
    named = {*known, *(spec.name for spec in FIXED_RULES)}
    for question in settings.profile.photo_questions:
        if question.id in named:
            raise ProfileError(
                f"{where}: questions: '{question.id}' is asked of each photo and has a rule's name.", hint
            )


def _strength(spec: RuleSpec, settings: Settings) -> Verdict | None:
    chosen = settings.profile.rules.get(spec.name)
    if chosen is None:
        return spec.default
    return None if chosen == "off" else Verdict(chosen)


def face_release(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Every face that nobody has answered for needs a release form."""
    for face in photo.open_faces:
        if not face.possible:
            hint = "Collect a signed release form, or hide the face (redact)."
            lost = "" if face.found or face.added else " It was found earlier, but is no longer found."
            yield _about_open_face(face, f"Face {face.number} needs a release form.{lost}", hint)


def possible_face(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """A possible face must be checked and needs an answer."""
    for face in photo.open_faces:
        if face.possible:
            hint = "Check it: if it is a face, collect a signed release form or hide it (redact)."
            yield _about_open_face(face, f"Possible face {face.number} needs checking.", hint)


def _about_open_face(face: Face, reason: str, hint: str) -> RuleResult:
    """The problem of its answer, if somebody has given one that is not valid."""
    if face.problem is None:
        return reason, hint, face
    return f"Face {face.number}: {face.problem.sentence}", face.problem.hint, face


def _on_open_areas(photo: Photo, settings: Settings) -> Iterator[Finding]:
    """The findings about areas that nobody has answered for, rule by rule in the order of their table."""
    if not photo.open_areas:
        return
    for name, verdict in area_verdicts(settings.profile).items():
        rule = AREA_RULES[name]
        for area in photo.open_areas:
            if area.rule == name and area.problem:
                reason = f"Area {area.letters}: {area.problem.sentence}"
                yield Finding(name, verdict, reason, area.problem.hint, area.box, area.problem.code)
            elif area.rule == name:
                reason = rule.reason(area.letters, area.detail, possible=area.possible)
                yield Finding(name, verdict, reason, rule.hint(verdict, possible=area.possible), area.box)


def person_refused(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """A person who has refused must not be shown."""
    for face in photo.faces:
        if face.must_be_hidden:
            yield f"The person at face {face.number} has refused.", "Hide the face (redact).", face


def excluded(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Somebody decided to leave the photo out."""
    if photo.excluded:
        yield "It was left out by decision.", "If that was a mistake, decide reopen.", None


def original_changed(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The decisions were made on another picture, and nobody has looked at this one."""
    if photo.original_changed:
        yield (
            "Its original has changed, so earlier decisions no longer apply.",
            "Look at it, decide on its faces again, and answer original-changed.",
            None,
        )


def duplicate(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Another photo of the batch shows the very same picture, and one of them is enough."""
    if photo.duplicate_of is not None:
        yield (
            f"It is the same picture as photo {photo.duplicate_of}. Only one of them is published.",
            "Exclude it, or answer duplicate if both may be published.",
            None,
        )


def similar(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Other photos of the batch look almost the same: a burst, or another copy; somebody may want to choose."""
    if photo.similar:
        others = f"photo {photo.similar[0]}" if len(photo.similar) == 1 else f"photos {', '.join(spans(photo.similar))}"
        yield f"It looks almost the same as {others}.", "Choose the best of them, and exclude the others.", None


def burst(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Another frame of the burst is sharper, and one of them may be enough."""
    if photo.sharpest not in (None, photo.number):
        yield (
            f"It is one of a burst, of which photo {photo.sharpest} is the sharpest.",
            "Compare them. Exclude it, or answer burst if it may be published as well.",
            None,
        )


def earlier_label(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """A version before 0.6 made the file under another number, which is in its name and its title."""
    labelled = re.search(r"-([0-9]+)\.[a-z]+$", photo.name)
    if labelled and int(labelled[1]) != photo.number:
        yield (
            "Its file has a number from an earlier version of imgvet. The original is needed to write it again.",
            "Put the original back, and run imgvet batch with the folder that it is in.",
            None,
        )


def first_picture(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Of several pages or frames only the first is published, and the photographer should know."""
    if photo.other_pictures:
        yield (
            f"Only the first of {photo.other_pictures + 1} pictures in the file is used.",
            "To publish the others too, save each as its own file.",
            None,
        )


def covered_larger(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """What was hidden larger than usual may cover something that should be seen, so somebody should look at it."""
    if photo.covered_larger:
        yield (
            f"{and_list(photo.covered_larger)} {'was' if len(photo.covered_larger) == 1 else 'were'} covered larger, "
            "because it could still be made out.",
            "Look whether that covers something that should be seen.",
            None,
        )


def misnamed(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """A file name with another format's suffix is reported: somebody may have meant to hide what it is."""
    if photo.misnamed:
        yield photo.misnamed, "If you did not expect that, ask where it comes from.", None


def partial_picture(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """A damaged photo, of which the profile allows what is left, must be checked."""
    if photo.partial:
        yield (
            "The file is damaged; part of the picture is missing.",
            "Find an undamaged copy, or answer partial-picture if the rest may be published.",
            None,
        )


def declaration(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The profile's statements must be declared by a person, for the whole batch."""
    asked = settings.profile.statements
    one_word = settings.one_by_one and DECLARE in settings.profile.decisions.second_person  # that of one is not enough
    open_questions = [question for question in asked if one_word or question.id not in settings.answered]
    if open_questions:
        count = len(open_questions)
        yield (
            "The declaration has not been made yet: "
            + ("one statement" if count == 1 else f"{count} statements")
            + " that only a person can confirm.",
            "Run again with --declare and your name: the statements are shown, and you answer each."
            if settings.one_by_one
            else "Look at every photo; then run imgvet finish with --declare and your name, and answer each statement.",
            None,
        )


def photo_question(question: Question, photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """A question of the profile about each photo with faces or areas that can be seen; no declaration covers it."""
    if settings.profile.rules.get("declaration") == "off" or not is_about(question, photo):
        return
    if question.id in settings.answered:  # outside a batch: by the person who looks at these very photos
        return
    hint = f"Look at the photo. If that is true of it, answer {question.id}; if not, hide what is wrong or exclude it."
    if settings.one_by_one:
        hint = "Run again with --declare and your name: the statements are shown, and you answer each."
    yield f"Somebody must confirm for this photo: {question.text}", hint, None


def is_about(question: Question, photo: Photo) -> bool:
    """Whether the photo shows what a question is asked of: faces, or areas, that are not hidden."""
    if question.ask == "faces":
        return any(_can_be_seen(face.resolved) for face in photo.faces)
    return any(_can_be_seen(area.resolved) for area in photo.areas)


def _can_be_seen(answer: Answer | None) -> bool:
    """Whether it is neither hidden, nor nothing, as somebody has found who has looked."""
    return answer is None or not (answer.hides or answer.denies)


def security_classification(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The file's own metadata carries a security classification (EXIF 0x9212, TIFF/EP 0xA212)."""
    if "classification" in photo.removed:
        yield (
            "The file itself says that it is security-classified.",
            "Stop. Ask the person who created it before you do anything else with it.",
            None,
        )


def official_marking(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The file's own metadata says OFFICIAL, the lowest tier of the Government Security Classifications."""
    if photo.official:
        yield "The file itself is marked OFFICIAL.", "Ask the person who created it whether it may be published.", None


def minor_age(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The file's own metadata says that a person shown is under 18 (PLUS Minor Model Age, IPTC Model Age)."""
    if "minor" in photo.removed:
        yield (
            "The file itself says that a person in it is under 18.",
            "Use another photo, or ask the press office about the guardian's permission.",
            None,
        )


def people_named(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The file's own metadata names people in the picture, so somebody in it can be identified."""
    if "people" in photo.removed:
        yield (
            "The file itself names or marks people in the picture.",
            "Check that each of them has signed; imgvet inspect shows the names.",
            None,
        )


def others_copyright(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The original names another creator, owner, agency or terms than the organisation, so it may not be its own."""
    others = claims_of_others(photo, settings)
    if not others or _is_answered(settings):
        return
    hint = "Decide own if it is your organisation's picture, licensed if you may use it with its credit, or exclude."
    if settings.one_by_one:
        hint = "If it may be used, run again with --rights own or --rights licensed, and your name with --by."
    yield f"The file names somebody else's rights: {_told(others)}.", hint, None


def _is_answered(settings: Settings) -> bool:
    """Whether somebody has answered for all photos of the run, and the profile takes one person's word."""
    profile = settings.profile
    asks = profile.rules.get(OTHERS_COPYRIGHT, Verdict.ASK) == Verdict.ASK
    return asks and settings.rights != "ask" and settings.rights not in profile.decisions.second_person


def _told(claims: Sequence[RightsClaim]) -> str:
    """What the claims say, the first few of them, e.g. ``creator “A. Miller”``."""
    more = f" and {len(claims) - _MAX_CLAIMS} more" if len(claims) > _MAX_CLAIMS else ""
    return f"{'; '.join(each.words for each in claims[:_MAX_CLAIMS])}{more}"


def rejected_rating(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """This photo was marked as rejected when photos were selected (xmp:Rating -1, and what programs write for it)."""
    if photo.claims.rejected:
        yield (
            "The file is marked as rejected in the photo selection.",
            "Ask the photographer, or answer rejected-rating if it may be used.",
            None,
        )


def ai_content(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The file says that it was made or altered by AI (IPTC Digital Source Type and AI fields, C2PA actions)."""
    if said := photo.claims.made_by_ai:
        kept = " The copy says so too." if photo.claims.source_type else ""
        yield (
            f"The file says that it was made or altered by AI: {said}.{kept}",
            "Ask where it comes from, or answer ai-content if it may be used.",
            None,
        )


def spherical_picture(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The data by which viewers turn a 360° picture is removed, which the publisher should know."""
    if photo.claims.spherical:
        yield (
            "It is a 360° picture. The data that viewers need is removed, so it will be shown flat.",
            "If people should be able to look around in it, publish it elsewhere.",
            None,
        )


def website_overlay(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Flickr images must carry the website address (West Midlands Police, Flickr guidance)."""
    if not settings.profile.organisation.website:
        yield (
            "No website address is set for the corner of the picture.",
            "Set organisation.website in imgvet.toml.",
            None,
        )


def link_back(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The description must link back to the website or event page (West Midlands Police, Flickr guidance).

    Where the channel shows no description, a link in it would be of no use.
    """
    if settings.channel.shows_description and not settings.event.link:
        yield "The description has no link back to the event's page.", "Run again with --link and the address.", None


def copyright_licence(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """Images must be uploaded with a copyright licence applied (West Midlands Police, Flickr guidance)."""
    if photo.public and not (photo.public.copyright_notice and photo.public.usage_terms):
        yield "No copyright notice or terms of use are set.", "Set the [licence] table in imgvet.toml.", None


def too_small(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The channel needs more pixels than the photo has."""
    least = settings.channel.short_side_at_least
    if min(photo.width, photo.height) < least:
        yield (
            f"It is {photo.width} × {photo.height} pixels; {settings.channel_name} needs at least {least}.",
            "Use the photo in its full size.",
            None,
        )


def release_form(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The photo shows one of our own printed release forms: it is a scan, with somebody's name and signature."""
    if photo.shown_forms and not photo.filed:
        yield (
            f"This photo shows release {_shown_forms(photo)}.",
            "Add the form to the register if it is not there, and file the photo as its scan with imgvet release scan.",
            None,
        )


def filed_form(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """The photo shows one of our own forms, and the register has its scan; no answer lets it be published."""
    if photo.filed:
        yield (
            f"This photo shows release {_shown_forms(photo)}, and the register has the scan.",
            "It needs nothing more, and is never published.",
            None,
        )


def _shown_forms(photo: Photo) -> str:
    """The forms that it shows, the first few of them, e.g. ``form WMP-2026-014``."""
    shown = photo.shown_forms[:_MAX_FORMS]
    more = f" and {len(photo.shown_forms) - _MAX_FORMS} more" if len(photo.shown_forms) > _MAX_FORMS else ""
    return f"form{'' if len(photo.shown_forms) == 1 else 's'} {', '.join(shown)}{more}"


def mark_covers_face(photo: Photo, settings: Settings) -> Iterator[RuleResult]:
    """A watermark that would cover a face is left out, and a photo without its watermarks is not published."""
    for mark in photo.unplaced_marks:
        if photo.faces:
            reason = f"There is no place for the {mark} mark without covering a face."
            step = "Crop the photo differently, or allow more places for the mark in the profile."
        else:
            reason, step = f"The photo is too small for the {mark} mark.", "Use the photo in its full size."
        yield reason, step, None


FIXED_RULES = (  # no profile can change these
    RuleSpec("refused", person_refused, Verdict.BLOCKED, ()),
    RuleSpec("excluded", excluded, Verdict.BLOCKED, ()),
    RuleSpec("filed-form", filed_form, Verdict.BLOCKED, ()),
    RuleSpec("original-changed", original_changed, Verdict.ASK, ()),
    RuleSpec("duplicate", duplicate, Verdict.ASK, ()),
    RuleSpec("earlier-label", earlier_label, Verdict.BLOCKED, ()),
    RuleSpec("similar", similar, Verdict.READY, ()),
    RuleSpec("first-picture", first_picture, Verdict.READY, ()),
    RuleSpec("covered-larger", covered_larger, Verdict.READY, ()),
    RuleSpec("misnamed", misnamed, Verdict.READY, ()),
    RuleSpec("spherical", spherical_picture, Verdict.READY, ()),
)

_NOT_OFF = ("ask", "blocked")
_ANY = ("off", "ask", "blocked")

RULES = (
    RuleSpec("security-classification", security_classification, Verdict.BLOCKED, ("ask", "blocked")),
    RuleSpec("official-marking", official_marking, Verdict.ASK, _ANY),
    RuleSpec("minor-age", minor_age, Verdict.BLOCKED, _NOT_OFF),
    RuleSpec("face-release", face_release, Verdict.RELEASE, ("release", "blocked")),
    RuleSpec("possible-face", possible_face, Verdict.RELEASE, ("ask", "release", "blocked")),
    RuleSpec("people-named", people_named, Verdict.ASK, _ANY),
    RuleSpec(OTHERS_COPYRIGHT, others_copyright, Verdict.ASK, _NOT_OFF),
    RuleSpec("rejected-rating", rejected_rating, Verdict.ASK, _ANY),
    RuleSpec("ai-content", ai_content, Verdict.ASK, _ANY),
    RuleSpec("partial-picture", partial_picture, Verdict.ASK, _NOT_OFF),
    RuleSpec("release-form", release_form, Verdict.BLOCKED, _NOT_OFF),
    RuleSpec("mark-covers-face", mark_covers_face, Verdict.ASK, _NOT_OFF),
    RuleSpec(PUBLIC_TEXT, public_text, Verdict.ASK, _NOT_OFF, written_code),
    RuleSpec("burst", burst, None, _ANY),
    RuleSpec("alt-text", no_alt_text, None, _ANY),
    RuleSpec("website-overlay", website_overlay, None, _ANY),
    RuleSpec("link-back", link_back, None, _ANY),
    RuleSpec("copyright-licence", copyright_licence, None, _ANY),
    RuleSpec("too-small", too_small, Verdict.ASK, _ANY),
    RuleSpec("declaration", declaration, Verdict.ASK, _ANY),
)
