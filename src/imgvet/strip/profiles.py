"""The colour profile of a stripped copy."""

import hashlib

from imgvet.decode.colour import ADOBE_RGB, SRGB, encoding_of_cicp
from imgvet.decode.raw_image import RawImage
from imgvet.decode.standard_profiles import standard_profile_like, standard_profiles
from imgvet.proof.stripped_metadata import KNOWN_PROFILES

_MODES = {"grey": "L", "rgb": "RGB"}
_SPACES = {b"GRAY": "grey", b"RGB ": "rgb", b"CMYK": "cmyk"}
_DISPLAY_P3 = encoding_of_cicp(12, 13)
_GREY_OF = {
    "sRGB": "sRGB grey",
    "Display P3": "sRGB grey",
    "Adobe RGB (1998) compatible": "grey gamma 2.2",
}  # by their curves


class OtherColours(Exception):
    """The picture's colours can only be kept by converting them; the words say why and fit after "because"."""


def kept_profile(stored: RawImage, kind: str) -> bytes | None:
    """The copy's profile: a well-known one as it is, else the stock one for the same colours, or None.

    Raises:
        OtherColours: there is none for these colours.
    """
    if kind != "jpeg" and stored.model not in _MODES:
        raise OtherColours(f"only JPEG keeps {'Lab' if stored.model == 'lab' else 'CMYK'} colours here")
    if stored.profile is None:
        return _stock_for_encoding(stored)
    if kind == "tiff" and stored.alpha is not None and stored.model == "grey":
        raise OtherColours("a grey TIFF with transparency is written in RGB")
    known = hashlib.sha256(stored.profile).hexdigest() in KNOWN_PROFILES
    space = _SPACES.get(stored.profile[16:20])
    if known and space == stored.model and not (kind in ("webp", "avif") and space == "grey"):
        return stored.profile
    return _stock_for_profile(stored.profile, space, stored, kind)


def _stock_for_profile(profile: bytes, space: str | None, stored: RawImage, kind: str) -> bytes:
    if space in _MODES and stored.model in (space, "grey"):
        like = standard_profile_like(profile, _MODES[space])
        name = like[0] if like else ""
        if space == "rgb" and stored.model == "grey":  # the profile of the photo that it came from
            name = _GREY_OF.get(name, "")
        if name and not (kind in ("webp", "avif") and stored.model == "grey"):
            return standard_profiles()[name]
    raise OtherColours("its colour profile is neither a well-known one nor similar to one")


def _stock_for_encoding(stored: RawImage) -> bytes | None:
    """For colours that EXIF or the format itself describes."""
    grey = stored.model == "grey"
    if stored.model == "cmyk" or stored.encoding == SRGB or (grey and stored.encoding.gamma is None):
        return None
    if stored.encoding == ADOBE_RGB:
        return standard_profiles()["grey gamma 2.2" if grey else "Adobe RGB (1998) compatible"]
    if stored.encoding == _DISPLAY_P3:
        return standard_profiles()["Display P3"]
    raise OtherColours("it describes them in a way of its own")
