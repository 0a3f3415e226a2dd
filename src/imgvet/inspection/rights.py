"""What a file says of its rights and its making, from the items that its readers have found.

Fields: EXIF 3.0, IPTC-IIM 4.2, IPTC Photo Metadata Standard 2025.1, PLUS LDF 2.0, Dublin Core, Creative Commons ccREL,
PNG 3rd edition (11.3.3.2), Adobe XMP parts 1 and 2, digiKam, Google Photo Sphere XMP. Terms: IPTC Digital Source Type
of 2024-09-17, C2PA 2.1.
"""

import re
from collections.abc import Iterable, Iterator

from imgvet.inspection.findings import PrivateItem
from imgvet.photo import FileClaims, RightsClaim, RightsRole
from imgvet.text import bare_name

_MAX_CLAIMS = 24
_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"

# The last part of a field's name, in small letters: what it says. The first pattern that fits all of it decides.
_ROLES = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (RightsRole.DEPICTED, r"ao(copyrightnotice|current\w+name|creator|source)"),
        (RightsRole.MARKED, r"marked|copyrightflag|copyrightstatus"),
        (RightsRole.CREATOR, r"artist|(xp)?authors?|by-?line|creator|photographer|imagecreatorname|attributionname"),
        (RightsRole.OWNER, r"owner|copyrightownername|rightsholder|rightsowner|publisher|licensorname|rightsagent"),
        (RightsRole.NOTICE, r"rights|(\w+ )?copyrights?(\W?notice)?"),
        (RightsRole.CREDIT, r"credits?|creditline|source|imagesuppliername|provider"),
        (RightsRole.TERMS, r"(rights)?usageterms|licen[sc]e|\w*constraints|termsandconditionstext|disclaimer"),
        (RightsRole.LINK, r"(licensor|termsandconditions|attribution)?url|webstatement|certificate|morepermissions"),
        (RightsRole.CONTACT, r"ci(email|url)work|contact"),
    )
)
# Fields that say this in some places only: elsewhere a source is a device, an owner that of the camera.
_ONLY_IN = {"source": ("xmp", "iptc"), "owner": ("xmp", "png"), "url": ("photoshop",)}
_SIGN = re.compile(r"\W*©|\W*(\(c\)|copyright)", re.IGNORECASE)
_RESTRICTION = re.compile(r"no |not |do not |editorial|embargo", re.IGNORECASE)
_IS_MARKED = re.compile(r"true|1|yes|(.*/)?cs-pro", re.IGNORECASE)

_NOBODY = re.compile(  # what cameras and programs write where nobody has filled in a name
    r"none|unknown|unnamed|untitled|undefined|null|nil|default|na|n a|((no|your|user|owner) ?)?name|(windows )?user"
    r"|admin|test|microsoft"
    r"|administrator|owner|artist|author|creator|photographer|editor|canon|nikon( corporation)?|sony( dsc)?|fujifilm"
    r"|apple|google|huawei|xiaomi|oneplus|motorola|lg|nokia|htc|oppo|vivo|realme|honor|leica|ricoh|pentax|casio|kodak"
    r"|sigma|hasselblad|gopro|dji|hp|picasa|((konica )?minolta|olympus|panasonic|samsung)?( ?digital)?( ?camera)?"
)

# Terms that say that the picture was made or altered by AI, the most telling first; the others say that it was not.
_AI_TERMS = (
    "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicMedia", "compositeSynthetic",
    "algorithmicallyEnhanced", "virtualRecording", "softwareImage",
)  # fmt: skip
_OTHER_TERMS = re.compile(
    r"digitalcapture|(multiframe)?computationalcapture|(negative|positive)film|print|(minor)?humanedits|empty"
    r"|digital(creation|art)|datadrivenmedia|screencapture|composite(capture)?"
)
_AI_FIELDS = re.compile(
    r"ai(systemused|systemversionused|promptinformation|promptwriter(name)?|generatedcontent)|aigc|sd-metadata"
    r"|invokeai_metadata|dream|parameters|prompt|workflow|generation_data"
)
_AI_PROGRAMS = re.compile(
    r"\b(made|edited|created|generated) (with|by|using) (google )?ai\b|midjourney|dall[\W_]?e\b|stable ?diffusion"
    r"|firefly|novelai|comfyui|\bimagen\b|gpt-image|ideogram|generative (fill|expand)",
    re.IGNORECASE,
)
_TOLD_BY_PROGRAMS = frozenset(("software", "creatortool", "claimgenerator", "softwareagent", "credit", "source"))


def file_claims(items: Iterable[PrivateItem]) -> FileClaims:
    """What the items say of the rights in the file, of how it was made, and of how viewers show it."""
    named = [(re.split(r"[/:]", item.name)[-1].strip().lower(), item) for item in items if item.group != "colour"]
    signs = [sign for name, item in named for sign in _signs_of_ai(name, item.value)]
    term = next((term for term in _AI_TERMS if term in signs), "")
    return FileClaims(
        rights=_claims(named),
        rejected=any(_rejects(name, item.value.strip().lower()) for name, item in named),
        made_by_ai=term or next(iter(signs), ""),
        source_type=_VOCABULARY + term if term else "",
        spherical=any(
            name in ("projectiontype", "fullpanowidthpixels")
            or (name in ("usepanoramaviewer", "spherical") and item.value.lower() == "true")
            for name, item in named
        ),
    )


def _claims(named: Iterable[tuple[str, PrivateItem]]) -> tuple[RightsClaim, ...]:
    """Each claim once, whichever fields repeat it; without what cameras write where nobody has filled in a name."""
    named = list(named)
    makers = {bare_name(item.value) for name, item in named if name in ("make", "model")}
    claims: dict[tuple[RightsRole, str], RightsClaim] = {}
    for name, item in named:
        for role, text in _said(name, item):
            bare = bare_name(text)
            if role is RightsRole.MARKED or (not bare and "reserved" in text.lower()):
                claim = RightsClaim(RightsRole.MARKED, "True", f"{item.name}, {item.where}")
                claims.setdefault((RightsRole.MARKED, ""), claim)
            elif not _NOBODY.fullmatch(bare) and bare not in makers:
                claims.setdefault((role, bare), RightsClaim(role, text, f"{item.name}, {item.where}"))
    return tuple(claims.values())[:_MAX_CLAIMS]


def _said(name: str, item: PrivateItem) -> Iterator[tuple[RightsRole, str]]:
    """What one field says, and the notices within a text."""
    role = next((role for role, pattern in _ROLES if pattern.fullmatch(name)), None)
    if not any(place in item.where.lower() for place in _ONLY_IN.get(name, ("",))) or _AI_PROGRAMS.search(item.value):
        return
    if role is None:
        for notice in item.notices:
            kinds = ((_SIGN, RightsRole.NOTICE), (_RESTRICTION, RightsRole.TERMS))
            yield next((kind for sign, kind in kinds if sign.match(notice)), RightsRole.CREDIT), notice
    elif role is not RightsRole.MARKED or _IS_MARKED.fullmatch(item.value.strip()):
        # NOTE: EXIF's Copyright holds the photographer and the editor, which the reader has put so.
        yield from ((role, part.strip()) for part in re.split(r"(?:^| )\|(?: |$)", item.value) if part.strip())


def _signs_of_ai(name: str, value: str) -> Iterator[str]:
    """The term of the vocabulary, or the field that says that the picture was made or altered by AI."""
    if name in ("digitalsourcetype", "digitalsourcefiletype"):
        said = re.split(r"[/:#]", value.strip().rstrip("/"))[-1].lower().removesuffix("digitalsource")
        said = said.replace("trainedalgorithmicdata", "trainedalgorithmicmedia")
        known = next((term for term in _AI_TERMS if term.lower() == said), "")
        if known or (said and not _OTHER_TERMS.fullmatch(said)):  # what nobody knows is asked about
            yield known or value
    elif _AI_FIELDS.fullmatch(name):
        yield name if name in ("parameters", "prompt", "workflow") else f"{name}: {value}"
    elif name in _TOLD_BY_PROGRAMS and _AI_PROGRAMS.search(value):
        yield value


def _rejects(name: str, value: str) -> bool:
    """Whether a field marks the photo as rejected: a rating of -1, also where it was kept as a positive number."""
    if name in ("rating", "ratingpercent", "pick"):
        return re.fullmatch(r"-1(\.0*)?|65535|4294967295", value) is not None
    marks = {"picklabel": ("1",), "good": ("false",), "label": ("rejected", "reject"), "rejected": ("true", "1", "yes")}
    return value in marks.get(name, ())
