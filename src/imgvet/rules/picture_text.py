"""What the lines of text that were read in a picture mean, and which of them somebody has to be asked about.

Pure: it sees lines with their places, and no pixels. What was read ends here; a finding has a place and fixed words.
"""

import re
from dataclasses import dataclass

from imgvet.geometry import Outline, outline_box
from imgvet.profile import AllowedText, Profile
from imgvet.reading.text_lines import SeenText


@dataclass(frozen=True, slots=True)
class FoundText:
    """A place in the picture that a rule asks about."""

    rule: str  # a key of ``AREA_RULES``
    outline: Outline  # in pixels of the upright full-size photo
    possible: bool = False
    detail: str = ""  # what it is, in fixed words; never anything that was read


def allowed_text(profile: Profile) -> AllowedText:
    """What is quiet in pictures: what the profile lists, and what the organisation says of itself."""
    organisation, listed = profile.organisation, profile.allowed_text
    own = (organisation.name, organisation.website, organisation.press_office, profile.releases.withdraw_to)
    return listed.model_copy(update={"words": [*listed.words, *(each for each in own if each.strip())]})


def find_in_text(
    seen: SeenText, size: tuple[int, int], published: float, allowed: AllowedText
) -> tuple[FoundText, ...]:
    """The places that rules ask about, in reading order, one finding a place.

    Args:
        seen: what was read, in pixels of the upright full-size photo.
        size: width and height of that photo.
        published: the published size as a part of this one's.
        allowed: what is quiet.
    """
    found = [
        FoundText("vehicle-registration", line.outline, detail="UK registration")
        for line in seen.lines
        if re.fullmatch(r"[A-Z]{2}[0-9]{2} ?[A-Z]{3}", line.text)
    ]
    found += [
        FoundText("protective-marking", line.outline)
        for line in seen.lines
        if re.match(r"(?:OFFICIAL|SECRET|TOP SECRET|RESTRICTED|CONFIDENTIAL)\b", line.text)
    ]
    quiet = {each.replace(" ", "").upper() for each in allowed.registrations}
    read = {line.outline: line.text.replace(" ", "").upper() for line in seen.lines}
    found = [each for each in found if read[each.outline] not in quiet]
    found += [FoundText("vehicle-registration", plate, possible=True) for plate in seen.plates]
    found += [FoundText("machine-code", code.outline, detail=code.symbology) for code in seen.codes]
    inside = [each for each in found if outline_box(each.outline).clipped(*size).scaled(published, published).area]
    return tuple(inside)
