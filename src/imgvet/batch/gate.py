"""The gate: which photos may go out. A pure function of what machines found and what people decided."""

from dataclasses import replace

from imgvet.photo import Photo, Verdict
from imgvet.policy.rules import judge
from imgvet.settings import Settings


def judged(photo: Photo, settings: Settings, declared: frozenset[str]) -> Photo:
    """The photo with its findings as they are now, under the declarations that cover it."""
    if photo.error is not None:
        return photo
    return replace(photo, findings=judge(photo, replace(settings, answered=declared)))


def may_go_out(photo: Photo) -> bool:
    """Whether a photo may stand in ``flickr/``: proven, ready, and every face answered for."""
    return bool(photo.sha256 and photo.name) and photo.verdict is Verdict.READY and not photo.open_faces
