"""The state of each photo for each channel, and what the office is asked about it. Pure functions of judged photos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from imgvet.photo import Finding, Photo, ProblemCode, Verdict, photo_for
from imgvet.rules.needs import may_be_published, open_words
from imgvet.settings import Settings


class Standing(StrEnum):
    """What a photo is for one channel; the value is the word on screens."""

    READY = "ready"
    OPEN = "open"  # somebody still has to do something
    KEPT_OUT = "kept out"  # a form does not allow this channel, and another channel has the photo; nothing is open
    BLOCKED = "blocked"
    FILED = "filed"  # it shows a signed form, and the register has the scan; nothing is open, and it goes nowhere
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """The state of one photo for one channel."""

    channel: str
    standing: Standing
    words: str  # why, in a few words; empty where it is ready
    output: str | None  # where its file is, within the batch

    def as_json(self) -> dict[str, str | None]:
        """As ``imgvet status --json`` prints it."""
        return {"channel": self.channel, "state": str(self.standing), "why": self.words, "output": self.output}


def channel_states(photo: Photo, settings: Settings) -> tuple[ChannelState, ...]:
    """The state of a judged photo for each channel of its batch, the first channel first."""
    parts = [photo_for(photo, channel) for channel in settings.channel_names]
    some = any(not is_kept_out(part) for part in parts)
    return tuple(_channel_state(part, elsewhere=some) for part in parts)


def _channel_state(part: Photo, *, elsewhere: bool) -> ChannelState:
    left = [finding for finding in part.findings if finding.verdict is not Verdict.READY]
    if part.verdict is Verdict.FAILED:
        standing, words = Standing.FAILED, "could not be read or cleaned"
    elif part.filed:
        standing, words = Standing.FILED, f"it shows form {', '.join(part.shown_forms)}"
    elif may_be_published(part):
        standing, words = Standing.READY, ""
    elif is_kept_out(part):
        problems = [*(face.problem for face in part.open_faces), *(area.problem for area in part.open_areas)]
        reasons = dict.fromkeys(problem.sentence for problem in problems if problem)
        standing, words = Standing.KEPT_OUT if elsewhere else Standing.OPEN, " ".join(reasons).rstrip(".")
    elif part.verdict is Verdict.BLOCKED:
        standing = Standing.BLOCKED
        words = next(each.reason for each in left if each.verdict is Verdict.BLOCKED).rstrip(".")
    else:
        standing, words = Standing.OPEN, _what_is_open(part, left)
    return ChannelState(part.channel, standing, words, part.output)


def _what_is_open(part: Photo, left: Sequence[Finding]) -> str:
    """What a photo still needs for a channel, in a few words."""
    faces, areas = len(part.open_faces), len(part.open_areas)
    if faces or areas:
        return open_words(faces, areas)
    return left[0].reason.rstrip(".") if left else "it has no file yet"


def is_kept_out(part: Photo) -> bool:
    """Whether nothing keeps a photo out of a channel but forms that do not allow this channel.

    ``part``: as ``photo_for`` gives it.
    """
    left = [finding for finding in part.findings if finding.verdict is not Verdict.READY]
    return bool(left) and part.error is None and all(each.code is ProblemCode.CHANNEL for each in left)


def office_view(photo: Photo, settings: Settings) -> Photo:
    """A judged photo as the office is asked about it: with what is open for any of its channels.

    A channel that a form does not allow asks nothing, as long as another channel may have the photo.
    """
    if len(settings.channel_names) == 1:
        return photo
    parts = [photo_for(photo, channel) for channel in settings.channel_names]
    asking = [part for part in parts if not may_be_published(part) and not is_kept_out(part)]
    ready = [part for part in parts if may_be_published(part)]
    first, *others = sorted(asking, key=_not_for_channel) or ready[:1] or parts[:1]
    further = (each for part in others for each in part.findings if each.code is not ProblemCode.CHANNEL)
    return replace(photo, faces=first.faces, findings=(*dict.fromkeys((*first.findings, *further)),))


def _not_for_channel(part: Photo) -> int:
    """How many findings say that a form does not allow the channel."""
    return sum(finding.code is ProblemCode.CHANNEL for finding in part.findings)
