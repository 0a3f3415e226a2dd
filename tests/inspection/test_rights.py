"""What a file says of its rights and its making: every source, in every format, and nothing where nobody is named."""

import io
import struct
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sample_images import planting

from imgvet.inspection.findings import PrivateItem, private_item
from imgvet.inspection.rights import file_claims
from imgvet.photo import FileClaims, RightsRole
from support.checked_files import inspect_bytes

TERMS = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" '
    'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:cc="http://creativecommons.org/ns#" '
    'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" xmlns:digiKam="http://www.digikam.org/ns/1.0/" '
    'xmlns:xmpDM="http://ns.adobe.com/xmp/1.0/DynamicMedia/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
)


def packet(properties: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {SPACES}>{properties}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def alternative(name: str, text: str) -> str:
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></{name}>'


def bag(name: str, text: str, kind: str = "Bag") -> str:
    return f"<{name}><rdf:{kind}><rdf:li>{text}</rdf:li></rdf:{kind}></{name}>"


def struct_of(name: str, field: str, text: str) -> str:
    return f'<{name}><rdf:Seq><rdf:li rdf:parseType="Resource"><{field}>{text}</{field}></rdf:li></rdf:Seq></{name}>'


def picture(kind: str = "JPEG", **saving: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (48, 32), (10, 120, 200)).save(file, kind, **saving)
    return file.getvalue()


def exif(**tags: Any) -> Image.Exif:
    known = {"artist": 0x13B, "copyright": 0x8298, "xp_author": 0x9C9D, "rating": 0x4746, "make": 0x10F, "model": 0x110}
    made = Image.Exif()
    for name, value in tags.items():
        made[known[name]] = value
    return made


def claims(data: bytes, kind: str = "jpeg") -> FileClaims:
    return inspect_bytes(data, kind).claims


def said(data: bytes, kind: str = "jpeg") -> set[tuple[str, str]]:
    return {(str(each.role), each.text) for each in claims(data, kind).rights}


def with_xmp(properties: str) -> bytes:
    return picture(xmp=packet(properties))


def with_iptc(*fields: tuple[int, str]) -> bytes:
    return planting.with_segments(picture(), planting.photoshop_segment(list(fields)))


def with_resource(number: int, data: bytes) -> bytes:
    body = b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + b"\0" * (len(data) % 2)
    return planting.with_segments(picture(), planting.segment(0xED, b"Photoshop 3.0\0" + body))


def with_text(keyword: str, text: str) -> bytes:
    chunks = PngInfo()
    chunks.add_text(keyword, text)
    return picture("PNG", pnginfo=chunks)


SOURCES = [
    (picture(exif=exif(artist="A. Miller")), "jpeg", ("creator", "A. Miller")),
    (picture(exif=exif(copyright="(c) A. Miller")), "jpeg", ("copyright notice", "(c) A. Miller")),
    (picture(exif=exif(xp_author="A. Miller".encode("utf-16-le"))), "jpeg", ("creator", "A. Miller")),
    (with_iptc((80, "A. Miller")), "jpeg", ("creator", "A. Miller")),
    (with_iptc((110, "Example Agency")), "jpeg", ("credit", "Example Agency")),
    (with_iptc((40, "NO SALES NO ARCHIVES")), "jpeg", ("terms of use", "NO SALES NO ARCHIVES")),
    (with_iptc((40, "Not for commercial use")), "jpeg", ("terms of use", "Not for commercial use")),
    (with_iptc((40, "EMBARGOED until 20 June")), "jpeg", ("terms of use", "EMBARGOED until 20 June")),
    (with_iptc((120, "Fire. A. Miller/Getty Images")), "jpeg", ("credit", "A. Miller/Getty Images")),
    (with_iptc((115, "Example Wire")), "jpeg", ("credit", "Example Wire")),
    (with_iptc((116, "(c) Example Agency")), "jpeg", ("copyright notice", "(c) Example Agency")),
    (with_xmp(alternative("dc:rights", "© A. Miller")), "jpeg", ("copyright notice", "© A. Miller")),
    (with_xmp(bag("dc:creator", "A. Miller", "Seq")), "jpeg", ("creator", "A. Miller")),
    (with_xmp("<photoshop:Credit>PA</photoshop:Credit>"), "jpeg", ("credit", "PA")),
    (with_xmp("<photoshop:Source>PA Wire</photoshop:Source>"), "jpeg", ("credit", "PA Wire")),
    (with_xmp(bag("xmpRights:Owner", "A. Miller")), "jpeg", ("copyright owner", "A. Miller")),
    (with_xmp(alternative("xmpRights:UsageTerms", "Editorial use")), "jpeg", ("terms of use", "Editorial use")),
    (
        with_xmp("<xmpRights:WebStatement>https://a.example/terms</xmpRights:WebStatement>"),
        "jpeg",
        ("web page of the rights", "https://a.example/terms"),
    ),
    (with_xmp("<xmpRights:Marked>True</xmpRights:Marked>"), "jpeg", ("mark that it is protected", "True")),
    (
        with_xmp(struct_of("plus:CopyrightOwner", "plus:CopyrightOwnerName", "A. Miller")),
        "jpeg",
        ("copyright owner", "A. Miller"),
    ),
    (with_xmp(struct_of("plus:Licensor", "plus:LicensorName", "Agency")), "jpeg", ("copyright owner", "Agency")),
    (with_xmp(struct_of("plus:ImageSupplier", "plus:ImageSupplierName", "Agency")), "jpeg", ("credit", "Agency")),
    (with_xmp(struct_of("plus:ImageCreator", "plus:ImageCreatorName", "A. Miller")), "jpeg", ("creator", "A. Miller")),
    (with_xmp("<tiff:Artist>A. Miller</tiff:Artist>"), "jpeg", ("creator", "A. Miller")),
    (with_xmp("<cc:attributionName>A. Miller</cc:attributionName>"), "jpeg", ("creator", "A. Miller")),
    (
        with_xmp('<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>'),
        "jpeg",
        ("terms of use", "https://creativecommons.org/licenses/by/4.0/"),
    ),
    (
        with_xmp(struct_of("Iptc4xmpExt:ArtworkOrObject", "Iptc4xmpExt:AOCopyrightNotice", "© A Sculptor")),
        "jpeg",
        ("rights in a work that it shows", "© A Sculptor"),
    ),
    (
        with_xmp(struct_of("Iptc4xmpCore:CreatorContactInfo", "Iptc4xmpCore:CiEmailWork", "a@b.example")),
        "jpeg",
        ("contact of the creator", "a@b.example"),
    ),
    (with_resource(0x040A, b"\1"), "jpeg", ("mark that it is protected", "True")),
    (with_resource(0x040B, b"https://a.example"), "jpeg", ("web page of the rights", "https://a.example")),
    (picture(comment=b"(c) A. Miller"), "jpeg", ("copyright notice", "(c) A. Miller")),
    (
        with_xmp(alternative("dc:description", "x" * 300 + " The mayor. (Photo by B. Lee/PA)")),
        "jpeg",
        ("credit", "Photo by B. Lee/PA"),
    ),
    (with_iptc((120, "The mayor. (AP Photo/J. J. Doe)")), "jpeg", ("credit", "AP Photo/J. J. Doe")),
    (with_iptc((120, "The mayor, © St. Johns News Ltd. More.")), "jpeg", ("copyright notice", "© St. Johns News Ltd")),
    (with_text("Copyright", "A. Miller"), "png", ("copyright notice", "A. Miller")),
    (with_text("Author", "A. Miller"), "png", ("creator", "A. Miller")),
    (with_text("Owner", "A. Miller"), "png", ("copyright owner", "A. Miller")),
    (with_iptc((40, "Mandatory credit: B. Lee/PA")), "jpeg", ("credit", "Mandatory credit: B. Lee/PA")),
    (with_text("exif:Copyright", "A. Miller"), "png", ("copyright notice", "A. Miller")),
    (picture("GIF", comment=b"\xc2\xa9 A. Miller"), "gif", ("copyright notice", "© A. Miller")),
    (picture("PNG", exif=exif(artist="A. Miller")), "png", ("creator", "A. Miller")),
    (picture("WEBP", exif=exif(artist="A. Miller")), "webp", ("creator", "A. Miller")),
    (picture("WEBP", xmp=packet(bag("dc:creator", "A. Miller", "Seq"))), "webp", ("creator", "A. Miller")),
    (picture("TIFF", tiffinfo={0x13B: "A. Miller"}), "tiff", ("creator", "A. Miller")),
    (picture("AVIF", exif=exif(artist="A. Miller")), "avif", ("creator", "A. Miller")),
    (picture("AVIF", xmp=packet(alternative("dc:rights", "© A. Miller"))), "avif", ("copyright notice", "© A. Miller")),
]


@pytest.mark.parametrize(("data", "kind", "claim"), SOURCES, ids=[f"{kind} {claim[0]}" for _, kind, claim in SOURCES])
def test_every_source_in_every_format_is_read(data: bytes, kind: str, claim: tuple[str, str]) -> None:
    """Whichever field names somebody, the office hears it, in the field's own words."""
    assert said(data, kind) == {claim}


def test_heic_is_read_too() -> None:
    """Its EXIF and its XMP are items of the container."""
    heif = pytest.importorskip("pillow_heif")
    out = io.BytesIO()
    image = Image.new("RGB", (64, 64), (10, 120, 200))
    rights = packet(alternative("dc:rights", "© B. Lee"))
    heif.from_pillow(image).save(out, quality=70, exif=exif(artist="A. Miller").tobytes(), xmp=rights)
    assert said(out.getvalue(), "heic") == {("creator", "A. Miller"), ("copyright notice", "© B. Lee")}


def test_exif_names_the_photographer_and_the_editor() -> None:
    """Its one field holds both, and either may be blank."""
    both = {("copyright notice", "A. Miller"), ("copyright notice", "B. Lee")}
    assert said(picture(exif=exif(copyright="A. Miller\0B. Lee"))) == both
    assert said(picture(exif=exif(copyright=" \0B. Lee"))) == {("copyright notice", "B. Lee")}


@pytest.mark.parametrize(
    "words",
    [
        "", "   ", "none", "N/A", "Unknown", "Copyright", "© 2024", "Copyright (c)", "owner", "OWNER NAME", "Picasa",
        "SAMSUNG", "Canon", "OLYMPUS DIGITAL CAMERA", "Minolta Digital Camera", "DIGITAL CAMERA", "Obscura Works",
        "OW-1 Pro", "...",
    ],
)  # fmt: skip
def test_what_cameras_write_by_themselves_names_nobody(words: str) -> None:
    """A blank field, a word that is its own name, or the camera's maker or model."""
    fields = {"make": "Obscura Works", "model": "OW-1 Pro"}
    data = picture(exif=exif(artist=words, copyright=words, **fields), comment=b"OLYMPUS DIGITAL CAMERA")
    assert said(data) == set()


def test_a_reservation_of_nobody_is_a_mark() -> None:
    """That all rights are reserved is said by somebody, even where no name is."""
    assert said(picture(exif=exif(copyright="All rights reserved."))) == {("mark that it is protected", "True")}


def test_the_owner_of_a_camera_and_the_texts_of_a_colour_profile_are_no_claim() -> None:
    """Only what names the rights in the picture is one."""
    items = [
        private_item("owner", "CameraOwnerName", "A. Miller", "EXIF Exif"),
        private_item("colour", "Copyright", "Copyright Apple Inc., 2022", "APP2 ICC profile"),
        private_item("device", "Source", "Flatbed", "PNG tEXt"),
        private_item("other", "FileSource", "Digital Camera", "EXIF Exif"),
        private_item("text", "Comment", "Plan (c) of three; picture taken by the river", "JPEG comment"),
    ]
    assert file_claims(items) == FileClaims()


def test_each_claim_is_told_once() -> None:
    """The same name in EXIF, IPTC and XMP is one claim, and a file full of names has an end."""
    items = [
        PrivateItem("owner", name, "© 2025 A. MILLER", place)
        for name, place in (("Copyright", "EXIF"), ("CopyrightNotice", "APP13 IPTC"), ("rights", "APP1 XMP"))
    ]
    assert [each.where for each in file_claims(items).rights] == ["Copyright, EXIF"]
    many = [PrivateItem("owner", "creator", f"Person {number}", "APP1 XMP") for number in range(500)]
    assert len(file_claims(many).rights) == 24


@pytest.mark.parametrize(
    "properties",
    [
        "<xmp:Rating>-1</xmp:Rating>",
        "<xmp:Rating>-1.0</xmp:Rating>",
        "<xmp:Label>Rejected</xmp:Label>",
        "<digiKam:PickLabel>1</digiKam:PickLabel>",
        "<xmpDM:pick>-1</xmpDM:pick>",
        "<xmpDM:good>False</xmpDM:good>",
    ],
)
def test_a_rejected_photo_is_told(properties: str) -> None:
    """Whichever program marked it so."""
    assert claims(with_xmp(properties)).rejected


def test_other_ratings_reject_nothing() -> None:
    """No rating, no stars, and five of them; EXIF keeps -1 as a positive number."""
    for properties in ("<xmp:Rating>0</xmp:Rating>", "<xmp:Rating>5</xmp:Rating>", "<xmp:Label>Red</xmp:Label>"):
        assert not claims(with_xmp(properties)).rejected
    assert claims(picture(exif=exif(rating=65535))).rejected
    assert not claims(picture(exif=exif(rating=4))).rejected


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (f"{TERMS}trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
        (
            f"{TERMS.replace('http', 'https')}compositeWithTrainedAlgorithmicMedia",
            "compositeWithTrainedAlgorithmicMedia",
        ),
        (f"{TERMS}algorithmicMedia/", "algorithmicMedia"),
        (f"{TERMS}compositeSynthetic", "compositeSynthetic"),
        (f"{TERMS}algorithmicallyEnhanced", "algorithmicallyEnhanced"),
        (f"{TERMS}softwareImage", "softwareImage"),
        ("trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
        ("digsrctype:trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
        ("https://schema.org/TrainedAlgorithmicMediaDigitalSource", "trainedAlgorithmicMedia"),
        ("http://c2pa.org/digitalsourcetype/trainedAlgorithmicData", "trainedAlgorithmicMedia"),
    ],
)
def test_terms_of_ai_are_known_however_they_are_written(value: str, term: str) -> None:
    """With http or https, as a code, by name alone, or by the names of schema.org and C2PA; the term carries over."""
    for name in ("DigitalSourceType", "DigitalSourcefileType"):
        found = claims(with_xmp(f"<Iptc4xmpExt:{name}>{value}</Iptc4xmpExt:{name}>"))
        assert (found.made_by_ai, found.source_type) == (term, TERMS + term)
    linked = claims(with_xmp(f'<Iptc4xmpExt:DigitalSourceType rdf:resource="{value}"/>'))
    assert linked.source_type == TERMS + term


@pytest.mark.parametrize(
    "term", ["digitalCapture", "computationalCapture", "humanEdits", "print", "screenCapture", "composite"]
)
def test_terms_of_cameras_and_people_ask_nothing(term: str) -> None:
    """They are not about AI."""
    assert (
        claims(with_xmp(f"<Iptc4xmpExt:DigitalSourceType>{TERMS}{term}</Iptc4xmpExt:DigitalSourceType>"))
        == FileClaims()
    )


def test_a_term_that_nobody_knows_is_told_and_does_not_carry_over() -> None:
    """The vocabulary grows; what is not known yet may be about AI."""
    found = claims(with_xmp("<Iptc4xmpExt:DigitalSourceType>http://x.example/dream</Iptc4xmpExt:DigitalSourceType>"))
    assert (found.made_by_ai, found.source_type) == ("http://x.example/dream", "")


def test_other_signs_of_ai_are_told() -> None:
    """IPTC's fields on AI, what generators write into a PNG, and credits that phones and programs give themselves."""
    for name in ("AISystemUsed", "AISystemVersionUsed", "AIPromptInformation", "AIPromptWriterName"):
        assert claims(with_xmp(f"<Iptc4xmpExt:{name}>Something</Iptc4xmpExt:{name}>")).made_by_ai
    assert claims(with_text("parameters", "a cat, Steps: 20"), "png").made_by_ai == "parameters"
    found = claims(with_xmp("<photoshop:Credit>Made with Google AI</photoshop:Credit>"))
    assert found.made_by_ai == "Made with Google AI"
    assert found.rights == ()
    assert claims(with_xmp("<xmp:CreatorTool>Adobe Firefly</xmp:CreatorTool>")).made_by_ai == "Adobe Firefly"
    assert not claims(with_xmp("<xmp:CreatorTool>Adobe Lightroom 9</xmp:CreatorTool>")).made_by_ai


def test_the_actions_of_content_credentials_are_read() -> None:
    """In CBOR, as manifests have them, the term stands behind its name with its length."""
    term = f"{TERMS}compositeWithTrainedAlgorithmicMedia"
    cbor = "c2pa.actions" + "qdigitalSourceType" + "x" + chr(len(term)) + term
    data = planting.with_segments(picture(), planting.credentials_segment(cbor))
    assert claims(data).source_type == term


def test_the_most_telling_term_carries_over() -> None:
    """A file that says both that it was made and that it was altered by AI was made so."""
    items = [
        PrivateItem("history", "DigitalSourceType", TERMS + term, "APP11 JUMBF")
        for term in ("compositeWithTrainedAlgorithmicMedia", "digitalCapture", "trainedAlgorithmicMedia")
    ]
    assert file_claims(items).source_type == f"{TERMS}trainedAlgorithmicMedia"


def test_a_picture_that_viewers_turn_is_told() -> None:
    """By its projection, or by what it asks of viewers."""
    assert claims(with_xmp("<GPano:ProjectionType>equirectangular</GPano:ProjectionType>")).spherical
    assert claims(with_xmp("<GPano:UsePanoramaViewer>True</GPano:UsePanoramaViewer>")).spherical
    assert not claims(with_xmp("<GPano:UsePanoramaViewer>False</GPano:UsePanoramaViewer>")).spherical


def test_inspect_says_whose_it_is() -> None:
    """In its sentences and in its JSON."""
    data = picture(exif=exif(artist="A. Miller"), xmp=packet("<GPano:ProjectionType>cubemap</GPano:ProjectionType>"))
    inspection = inspect_bytes(data, "jpeg")
    assert inspection.sentences()[-2:] == [
        "It names an owner: creator “A. Miller”.",
        "It is a 360° picture, which viewers turn.",
    ]
    json = inspection.as_json()
    assert json["rights"] == [{"what": str(RightsRole.CREATOR), "text": "A. Miller", "where": "Artist, EXIF"}]
    assert json["spherical"]
