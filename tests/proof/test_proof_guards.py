"""Each guard of the proof's readers of texts, of its ledger and of its result, on the fewest bytes that need it."""

import hashlib
from typing import Any

import pytest

from imgvet.photo import PublicMetadata
from imgvet.proof import iim, ledger, prove, xmp
from imgvet.proof.ledger import Ledger, ProofProblem, ProvenPart, Unwalkable, check_no_text, shown
from imgvet.proof.unfit_text import unfit


def problems(account: Ledger) -> list[tuple[int, str, str]]:
    return [(each.offset, each.name, each.reason) for each in account.problems]


# The ledger


def test_a_ledger_begins_empty() -> None:
    """Upright, published, nothing read yet."""
    new = Ledger()
    assert (new.stripped, new.thorough, new.reached, new.orientation, new.colour_profile) == (False, False, 0, 1, None)
    assert (new.structures, new.problems, new.texts) == ([], [], {})
    assert (ledger.MAX_PROBLEMS, ledger.MAX_STRUCTURES) == (100, 200_000)


@pytest.mark.parametrize(("offset", "told_at"), [(10, None), (12, 10), (7, 7)])
def test_a_gap_or_an_overlap_is_told_where_it_begins(offset: int, told_at: int | None) -> None:
    """And the walk goes on behind the piece."""
    account = Ledger(reached=10)
    account.claim("x\n", offset, 5)
    assert account.reached == offset + 5
    assert account.structures == [ProvenPart("x?", offset, 5)]
    reason = "It does not start where the piece before it ends."
    assert problems(account) == ([] if told_at is None else [(told_at, "x?", reason)])


def test_too_many_pieces_or_problems_end_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the limit, and not one more."""
    monkeypatch.setattr(ledger, "MAX_STRUCTURES", 2)
    monkeypatch.setattr(ledger, "MAX_PROBLEMS", 2)
    account = Ledger()
    account.note("a", 0, 1)
    account.note("b", 1, 1)
    with pytest.raises(Unwalkable):
        account.note("c", 2, 1)
    assert len(account.structures) == 2
    assert problems(account) == [(2, "c", "The file has more than 2 pieces.")]
    with pytest.raises(Unwalkable):
        account.wrong(3, "d", "why")
    assert len(account.problems) == 2
    with pytest.raises(Unwalkable):
        Ledger().stop(0, "e", "why")


def test_a_structure_is_found_by_its_name() -> None:
    """The first of it; else what is said, else the file's start."""
    account = Ledger()
    for name, offset in (("a", 4), ("b", 7), ("b", 9)):
        account.note(name, offset, 1)
    found = account.offset_of("b"), account.offset_of("c"), account.offset_of("c", 5), account.offset_of("a", 5)
    assert found == (7, 0, 5, 4)


def test_a_name_is_shown_without_controls_and_in_80_letters() -> None:
    assert shown("a\x00b\u202ec" + "d" * 90) == "a?b?c" + "d" * 75


LETTERS = b"abcdefghijkl"  # as many different ones as count


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (LETTERS * 4, 0),
        (LETTERS * 4 + b"\x00", 0),
        (b"\x00\x01" + LETTERS * 4, 2),
        ((LETTERS * 4)[:47], None),
        (b"abcdefghijk" * 5, None),
        (b"a" * 37 + LETTERS * 4, 24),
        (b"a" * 48 + LETTERS * 4, 24),
        (b"\x1f" * 60, None),
        (b" ~" + LETTERS[2:] * 4 + LETTERS[:6], 0),
        (b"\x7f" + LETTERS * 3, None),
        (LETTERS[:11] * 4 + b"~ab ", 0),
        ((b"a" * 48 + b"\x00") * 3 + LETTERS * 4, 147),
        (bytes(range(0x20, 0x50)), 0),
        (bytes(range(0x1F, 0x4F)), None),
        (bytes(range(0x4F, 0x7F)), 0),
        (bytes(range(0x50, 0x80)), None),
        (b"\xe4" + bytes(range(0x30, 0x5F)), None),
    ],
)
def test_plain_text_in_coded_data(data: bytes, at: int | None) -> None:
    """48 letters in a row, of which 12 differ; once is enough."""
    account = Ledger()
    check_no_text(b"\x00" * 3 + data + LETTERS * 9, 3, 3 + len(data), "scan", account)
    assert problems(account) == ([] if at is None else [(3 + at, "scan", "It contains plain text.")])


# The result


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8", "jpeg"),
        (b"II*\x00", "tiff"),
        (b"MM\x00*", "tiff"),
        (b"RIFF\x01\x02\x03\x04WEBP", "webp"),
        (b"RIFF\x01\x02\x03\x04WAVE", ""),
        (b"RIFX\x01\x02\x03\x04WEBP", ""),
        (b"\x00\x00\x00\x18ftypavif", "avif"),
        (b"\x00\x00\x00\x18ftypheic", ""),
        (b"", ""),
        (b"GIF89a", ""),
        (b"ftypavif", ""),
        (b"RIFFWEBP", ""),
    ],
)
def test_a_file_is_known_by_its_first_bytes(data: bytes, kind: str) -> None:
    """And by nothing further on."""
    assert prove._kind(data + b" WEBP ftypavif") == kind


def walked(monkeypatch: pytest.MonkeyPatch, data: bytes, **how: Any) -> prove.Proof:
    """The proof of a file whose walker accounts for six bytes and a title."""

    def walk(_: bytes, account: Ledger) -> None:
        account.claim("all", 0, 6)
        account.orientation, account.colour_profile = 6, f"{account.stripped} {account.thorough}"
        account.texts = {"dc:title": ("a",)}
        if data.endswith(b"!"):
            account.wrong(1, "all", "why")

    monkeypatch.setitem(prove._WALKS, "jpeg", walk)
    return prove.prove(data, **how)


def test_every_byte_must_be_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a problem says more, that alone is told."""
    assert walked(monkeypatch, b"\xff\xd81234").proven
    for data in (b"\xff\xd8123", b"\xff\xd812345"):
        assert walked(monkeypatch, data).problems == (ProofProblem(6, "file", "Bytes of it are not accounted for."),)
    assert walked(monkeypatch, b"\xff\xd812345!").problems == (ProofProblem(1, "all", "why"),)
    other = prove.prove(b"GIF")
    assert (other.kind, other.proven) == ("", False)
    assert other.problems == (ProofProblem(0, "file", "It is neither a JPEG nor a PNG, WebP, AVIF or TIFF."),)


def test_what_a_proof_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """In JSON a stripped file's has two values more."""
    data = b"\xff\xd81234!"
    proof = walked(monkeypatch, data, stripped=True, thorough=True)
    assert proof.colour_profile == "True True"
    assert walked(monkeypatch, data).colour_profile == "False False"
    public: dict[str, Any] = dict.fromkeys(PublicMetadata.__dataclass_fields__, "") | {"title": "a", "keywords": []}
    told = proof.as_json()
    assert {name: told["public"].get(name) for name in ("title", "keywords", "creator")} == {
        name: public[name] for name in ("title", "keywords", "creator")
    }
    rest = {name: value for name, value in told.items() if name != "public"}
    without = {
        "kind": "jpeg",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": 7,
        "proven": False,
        "problems": [{"offset": 1, "name": "all", "reason": "why"}],
        "structures": [{"name": "all", "offset": 0, "length": 6}],
    }
    assert rest == without | {"stripped": True, "orientation": 6, "colour_profile": "True True"}
    published = walked(monkeypatch, data).as_json()
    assert {name: value for name, value in published.items() if name != "public"} == without | {"stripped": False}
    plain = prove.Proof("jpeg", "0", 1, (), PublicMetadata())
    assert (plain.stripped, plain.orientation, plain.colour_profile, plain.proven) == (False, 1, None, True)


def test_public_metadata_are_read_from_their_properties() -> None:
    """Several texts in one line, keywords one by one."""
    names = {
        "dc:title": "title",
        "photoshop:Headline": "headline",
        "dc:description": "description",
        "dc:creator": "creator",
        "photoshop:Credit": "credit_line",
        "dc:rights": "copyright_notice",
        "xmpRights:UsageTerms": "usage_terms",
        "xmpRights:WebStatement": "web_statement",
        "Iptc4xmpExt:Event": "event_name",
        "Iptc4xmpExt:DigitalSourceType": "digital_source_type",
        "Iptc4xmpCore:AltTextAccessibility": "alt_text",
    }
    texts: dict[str, tuple[str, ...]] = {"dc:subject": ("c", "d")}
    found = prove._public(texts | {name: (name, "b") for name in names})
    assert found == PublicMetadata(**{field: f"{name}, b" for name, field in names.items()}, keywords=("c", "d"))


# Texts

HIDES, CONTROLS = "It holds characters that hide or turn round other text.", "It holds control characters."
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a", ""),
        ("", "It is empty."),
        (" \n", "It is empty."),
        ("a\nb", CONTROLS),
        ("a\tb", CONTROLS),
        ("a\x00", CONTROLS),
        ("a\x85", CONTROLS),
        ("a\u2028b", CONTROLS),
        (SCOTLAND, ""),
        (SCOTLAND[:-1], HIDES),
        (SCOTLAND[1:], HIDES),
        ("a\ufeffb", HIDES),
        ("a\ufffeb", HIDES),
        ("a\U0010ffffb", HIDES),
        ("a\ufdd0b", HIDES),
        ("a\U0002fffeb", HIDES),
        ("a\u200b\u200b\u200bb", ""),
        ("a\u200b\u200b\u200b\u200bb", HIDES),
        ("a\ufe0f", ""),
        ("a\ufe0f\ufe0f", HIDES),
        ("a\U000e0100", HIDES),
        ("\u4e00\U000e0100", ""),
        ("\u202aa\u202c", ""),
        ("\u202ea\u202c", ""),
        ("\u2067a\u2069", ""),
        ("\u202aa", HIDES),
        ("a\u202c", HIDES),
        ("a\u2069", HIDES),
        ("\u202aa\u2069", HIDES),
        ("\u2066a\u202c", HIDES),
        ("\u2066\u202ba\u202c\u2069", ""),
        ("\u2066\u202ba\u2069\u202c", HIDES),
        ("\u202a\u202aa\u202c", HIDES),
        ("\u202ba\u202c\u202db\u202c\u2068c\u2069\u2066d\u2069", ""),
    ],
)
def test_which_texts_may_not_be_published(text: str, why: str) -> None:
    assert unfit(text) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a\nb", ""),
        ("\n\u202aa\u202c\n\nb", ""),
        ("\u202aa\nb\u202c", HIDES),
        ("a\rb", CONTROLS),
        ("\u202aa\n", HIDES),
    ],
)
def test_a_text_of_several_lines(text: str, why: str) -> None:
    """What turns text round ends on its line."""
    assert unfit(text, newlines=True) == why


@pytest.mark.parametrize("plane", range(17))
def test_no_plane_has_characters_at_its_end(plane: int) -> None:
    assert [unfit(f"a{chr(plane * 0x10000 + end)}") for end in (0xFFFE, 0xFFFF)] == [HIDES, HIDES]


# XMP

NAMES = {prefix: address for prefix, address in xmp._NAMESPACES.items() if prefix not in ("x", "rdf")}
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OUTER = f'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="imgvet"><rdf:RDF xmlns:rdf="{RDF}">'
INNER = '<rdf:Description rdf:about="" ' + " ".join(f'xmlns:{each}="{NAMES[each]}"' for each in NAMES) + ">"
END = "</rdf:Description></rdf:RDF></x:xmpmeta>"
START, LAST = xmp._START, '<?xpacket end="w"?>'


def li(form: str, *texts: str, lang: str = "") -> str:
    return f"<rdf:{form}>" + "".join(f"<rdf:li{lang}>{each}</rdf:li>" for each in texts) + f"</rdf:{form}>"


def alt(text: str) -> str:
    return li("Alt", text, lang=' xml:lang="x-default"')


def read(xml: str | bytes, kind: str = "jpeg") -> tuple[dict[str, tuple[str, ...]], list[tuple[int, str, str]]]:
    account = Ledger()
    packet = xml if isinstance(xml, bytes) else xml.encode()
    return xmp.read_packet(packet, 1000, kind, account), problems(account)


def whole(inside: str) -> str:
    return START + OUTER + INNER + inside + END + LAST


SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits"
GOOD = {
    "dc:format": ("image/jpeg", ("image/jpeg",)),
    "dc:title": (alt("a"), ("a",)),
    "dc:description": (alt("a\nb"), ("a\nb",)),
    "dc:rights": (alt("a"), ("a",)),
    "dc:subject": (li("Bag", "a", "b"), ("a", "b")),
    "dc:creator": (li("Seq", "a", "b"), ("a", "b")),
    "photoshop:Headline": ("a", ("a",)),
    "photoshop:Credit": ("a", ("a",)),
    "xmpRights:Marked": ("True", ("True",)),
    "xmpRights:UsageTerms": (alt("a\nb"), ("a\nb",)),
    "xmpRights:WebStatement": ("https://a.example/b", ("https://a.example/b",)),
    "Iptc4xmpExt:Event": (alt("a"), ("a",)),
    "Iptc4xmpCore:AltTextAccessibility": (alt("a\nb"), ("a\nb",)),
    "Iptc4xmpExt:DigitalSourceType": (SOURCE_TYPE, (SOURCE_TYPE,)),
}


def test_a_packet_with_everything_is_read() -> None:
    """Each property at its place, with white space between and a name for the file's own kind."""
    for between in ("", "\n \t\r"):
        inside = between.join(f"<{name}>{text}</{name}>" for name, (text, _) in GOOD.items())
        assert read(whole(f"{between}{inside}{between}")) == ({name: texts for name, (_, texts) in GOOD.items()}, [])
    assert read(whole("<dc:format>image/png</dc:format>"), "png")[1] == []
    assert read(START + OUTER + INNER + END + '<?xpacket end="r"?>') == ({}, [])


def test_properties_are_structures_with_their_places() -> None:
    """From the first letter of the start to the last of the end; the whole packet where it cannot be found."""
    account, xml = Ledger(), whole("<dc:title>" + alt("a") + "</dc:title >").encode()
    xmp.read_packet(xml, 1000, "jpeg", account)
    start = xml.index(b"<dc:title>")
    assert account.structures == [ProvenPart("XMP dc:title", 1000 + start, xml.index(b"</dc:title >") + 12 - start)]
    assert xmp._place("dc:title", b"nothing", 9) == (9, 7)
    assert xmp._place("dc:title", b"ab<dc:title/>cd", 9) == (11, 10)
    assert xmp._place("{http://x/}title", b"ab<title>cd</title>", 9) == (11, 17)


PLAIN_LI = "Its rdf:Alt holds something else than plain rdf:li."
NUMBER = "Its rdf:{} does not hold the right number of rdf:li."


@pytest.mark.parametrize(
    ("inside", "name", "fault"),
    [
        ("<dc:date>a</dc:date>", "dc:date", "It is not on the allow-list of XMP properties."),
        (f"<dc:title>{alt('a')}</dc:title><dc:title>{alt('a')}</dc:title>", "dc:title", "It is there twice."),
        ('<photoshop:Credit dc:x="1">a</photoshop:Credit>', "photoshop:Credit", "It has an attribute."),
        ("<photoshop:Credit>a<dc:x/></photoshop:Credit>", "photoshop:Credit", "It must hold text alone."),
        ("<photoshop:Credit/>", "photoshop:Credit", "It is empty."),
        ("<photoshop:Credit>a\nb</photoshop:Credit>", "photoshop:Credit", CONTROLS),
        ("<dc:title>" + alt("a\nb") + "</dc:title>", "dc:title", CONTROLS),
        (f"<dc:title>x{alt('a')}</dc:title>", "dc:title", "It must hold one rdf:Alt."),
        (f"<dc:title>{alt('a')}x</dc:title>", "dc:title", "It must hold one rdf:Alt."),
        (f"<dc:title>{alt('a')}{alt('b')}</dc:title>", "dc:title", "It must hold one rdf:Alt."),
        (f"<dc:title>{li('Bag', 'a')}</dc:title>", "dc:title", "It must hold one rdf:Alt."),
        ("<dc:title>a</dc:title>", "dc:title", "It must hold one rdf:Alt."),
        (f"<dc:title>{li('Alt', 'a')}</dc:title>", "dc:title", PLAIN_LI),
        ("<dc:title>" + alt("a").replace("x-default", "de") + "</dc:title>", "dc:title", PLAIN_LI),
        (f"<dc:title>{li('Alt')}</dc:title>", "dc:title", NUMBER.format("Alt")),
        (
            "<dc:title>" + li("Alt", "a", "b", lang=' xml:lang="x-default"') + "</dc:title>",
            "dc:title",
            NUMBER.format("Alt"),
        ),
        (f"<dc:subject>{li('Bag')}</dc:subject>", "dc:subject", NUMBER.format("Bag")),
        (
            f"<dc:subject>{li('Bag', 'a', '<dc:x/>')}</dc:subject>",
            "dc:subject",
            "Its rdf:Bag holds something else than plain rdf:li.",
        ),
        (
            "<dc:subject><rdf:Bag><rdf:x>a</rdf:x></rdf:Bag></dc:subject>",
            "dc:subject",
            "Its rdf:Bag holds something else than plain rdf:li.",
        ),
        (
            "<dc:subject><rdf:Bag>x<rdf:li>a</rdf:li></rdf:Bag></dc:subject>",
            "dc:subject",
            "Its rdf:Bag must hold rdf:li alone.",
        ),
        (
            '<dc:subject><rdf:Bag dc:x=""><rdf:li>a</rdf:li></rdf:Bag></dc:subject>',
            "dc:subject",
            "Its rdf:Bag must hold rdf:li alone.",
        ),
        (f"<dc:subject>{li('Bag', 'a', '')}</dc:subject>", "dc:subject", "It is empty."),
        (f"<dc:subject>{li('Bag', '', 'a')}</dc:subject>", "dc:subject", "It is empty."),
        ("<dc:format>image/png</dc:format>", "dc:format", "It is not what the file is."),
        ("<xmpRights:Marked>true</xmpRights:Marked>", "xmpRights:Marked", "It is not True."),
        (
            "<xmpRights:WebStatement>ftp://a</xmpRights:WebStatement>",
            "xmpRights:WebStatement",
            "It is not a web address.",
        ),
        (
            "<Iptc4xmpExt:DigitalSourceType>a</Iptc4xmpExt:DigitalSourceType>",
            "Iptc4xmpExt:DigitalSourceType",
            "It is not a term of IPTC's vocabulary of digital source types.",
        ),
    ],
)
def test_a_property_has_one_form(inside: str, name: str, fault: str) -> None:
    """Whatever else is in it is told by its name, once, at the property's place."""
    xml = whole(inside)
    assert read(xml)[1] == [
        (
            1000
            + xml.encode().index(
                b"<" + inside[1:].split(">", maxsplit=1)[0].split(" ", maxsplit=1)[0].split("/", maxsplit=1)[0].encode()
            ),
            f"XMP {name}",
            fault,
        )
    ]


ATTRIBUTE, STRAY = "It is an attribute that is not on the allow-list.", "It holds text between its elements."
ABOUT = "It must have one attribute, an empty rdf:about."
ONE = "It must hold exactly one element."


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (START, "", [("XMP", "It does not start and end as an XMP packet.")]),
        (LAST, "", [("XMP", "It does not start and end as an XMP packet.")]),
        (INNER, INNER + "<!-- -->", [("XMP", "It holds a comment, a declaration, CDATA or a processing instruction.")]),
        (INNER, INNER + "<?a b?>", [("XMP", "It holds a comment, a declaration, CDATA or a processing instruction.")]),
        (END, "</rdf:Description>", [("XMP", "It is not well-formed XML.")]),
        (
            INNER,
            INNER.replace(">", ' xmlns:q="urn:q">'),
            [("XMP xmlns:q", "It is not on the allow-list of namespaces.")],
        ),
        (
            "adobe:ns:meta/",
            "adobe:ns:mets/",
            [
                ("XMP xmlns:x", "It is not on the allow-list of namespaces."),
                ("XMP {adobe:ns:mets/}xmpmeta", "x:xmpmeta must be here."),
            ],
        ),
        ('x:xmptk="imgvet"', 'x:xmptk="other"', [("XMP x:xmptk", ATTRIBUTE)]),
        ('x:xmptk="imgvet"', "", []),
        ('rdf:about=""', 'rdf:about="a"', [("XMP rdf:about", ATTRIBUTE)]),
        ('rdf:about=""', "", [("XMP rdf:Description", ABOUT)]),
        ('rdf:about=""', 'rdf:about="" rdf:ID="a"', [("XMP rdf:ID", ATTRIBUTE), ("XMP rdf:Description", ABOUT)]),
        (INNER, INNER + "a", [("XMP rdf:Description", STRAY)]),
        (INNER, "a" + INNER, [("XMP rdf:RDF", STRAY)]),
        ("</rdf:RDF>", "</rdf:RDF>a", [("XMP x:xmpmeta", STRAY)]),
        ("</rdf:RDF>", f"</rdf:RDF><rdf:RDF xmlns:rdf='{RDF}'/>", [("XMP x:xmpmeta", ONE)]),
        (INNER + END, "</rdf:RDF></x:xmpmeta>", [("XMP rdf:RDF", ONE)]),
        (START, START + " " * 4096, []),
        (START, START + " " * 4097, [("XMP", "It is padded with more than 4096 characters.")]),
    ],
)
def test_what_is_around_the_properties_has_one_form(old: str, new: str, told: list[tuple[str, str]]) -> None:
    """The packet, its namespaces, each level and each attribute."""
    xml = whole("").replace(old, new)
    assert xml != whole("")
    assert read(xml)[1] == [(1000, name, reason) for name, reason in told]


def test_a_packet_has_a_longest_length_and_is_utf_8() -> None:
    """60,000 bytes, and not one more."""
    title = "<photoshop:Credit>{}</photoshop:Credit>"
    room = 60_000 - len(whole(title.format("")).encode())
    assert read(whole(title.format("a" * room)))[1] == []
    assert read(whole(title.format("a" * (room + 1)))) == ({}, [(1000, "XMP", "It is longer than 60000 bytes.")])
    for text in ("<!-- -->" * 20, "<?a?>" * 30, " " * 5000):  # the first fault is told, and no second one
        assert read(text) == ({}, [(1000, "XMP", "It does not start and end as an XMP packet.")])
    assert read(whole("").encode() + b"\xff") == ({}, [(1000, "XMP", "It is not UTF-8.")])


def test_a_misformed_property_gives_no_text_that_is_taken_for_one() -> None:
    """Its name is kept, so that a second one is told."""
    assert read(whole("<dc:date>a</dc:date>"))[0] == {"dc:date": ()}
    assert read(whole("<dc:title>a</dc:title>"))[0] == {"dc:title": ()}


# IIM


def dataset(record: int, number: int, content: bytes) -> bytes:
    return bytes([0x1C, record, number]) + len(content).to_bytes(2, "big") + content


def resource(kind: int, content: bytes, padding: bytes = b"\x00") -> bytes:
    head = b"8BIM" + kind.to_bytes(2, "big") + b"\x00\x00" + len(content).to_bytes(4, "big")
    return head + content + (padding if len(content) % 2 else b"")


HEAD = dataset(1, 90, b"\x1b%G") + dataset(2, 0, b"\x00\x04")


def fields(*more: tuple[int, bytes]) -> bytes:
    return HEAD + b"".join(dataset(2, *each) for each in more)


def with_digest(content: bytes, *between: bytes) -> bytes:
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return resource(0x0404, content) + b"".join(between) + resource(0x0425, digest)


def read_iim(data: bytes) -> tuple[dict[str, tuple[str, ...]], list[tuple[int, str, str]], Ledger]:
    account = Ledger()
    try:
        found = iim.read_resources(data, 1000, account)
    except Unwalkable:
        found = {}
    return found, problems(account), account


EVERY = {
    5: "dc:title",
    25: "dc:subject",
    80: "dc:creator",
    105: "photoshop:Headline",
    110: "photoshop:Credit",
    116: "dc:rights",
    120: "dc:description",
}
LONGEST = {5: 64, 25: 64, 80: 32, 105: 256, 110: 32, 116: 128, 120: 2000}


def test_every_field_is_read_at_its_longest_with_its_place() -> None:
    """Those that may be there several times in their order."""
    content = fields(*((number, b"a" * LONGEST[number]) for number in EVERY), (25, b"b"), (80, b"c"))
    data = with_digest(content, resource(0x040A, b"\x01"))
    found, told, account = read_iim(data)
    assert told == []
    assert found == {name: ("a" * LONGEST[number],) for number, name in EVERY.items()} | {
        "dc:subject": ("a" * 64, "b"),
        "dc:creator": ("a" * 32, "c"),
    }
    places = [(each.name, each.offset, each.length) for each in account.structures]
    size = 12 + len(content) + len(content) % 2
    assert places[0] == ("8BIM 0x0404", 1000, size)
    assert places[1:3] == [("8BIM 0x040A", 1000 + size, 14), ("8BIM 0x0425", 1014 + size, 28)]
    assert places[3:6] == [("IIM 1:90", 1012, 8), ("IIM 2:00", 1020, 7), ("IIM 2:05", 1027, 69)]


def flawed(number: int, *contents: bytes) -> bytes:
    return with_digest(fields(*((number, each) for each in contents)))


GOOD_FIELDS = with_digest(fields())
UNLISTED, UNKNOWN = (
    "It is not on the allow-list of IIM datasets.",
    "It is not on the allow-list of Photoshop resources.",
)
BEGINS = "It does not start with 1:90 and 2:00."
ONE_NINETY, TWO_ZERO = "IIM 1:90 must be here and contain 1b 25 47.", "IIM 2:00 must be here and contain 00 04."


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (GOOD_FIELDS, []),
        (b"", [(1000, "8BIM 0x0404", "It is missing."), (1000, "8BIM 0x0425", "It is missing.")]),
        (resource(0x0404, fields()), [(1000, "8BIM 0x0425", "It is missing.")]),
        (resource(0x0425, b"a" * 16), [(1000, "8BIM 0x0404", "It is missing.")]),
        (
            resource(0x0404, fields()) + resource(0x0425, b"a" * 16),
            [(1040, "8BIM 0x0425", "It is not the MD5 digest of the IIM fields.")],
        ),
        (GOOD_FIELDS + resource(0x0405, b"a"), [(1068, "8BIM 0x0405", UNKNOWN)]),
        (GOOD_FIELDS + resource(0x0404, b"aa"), [(1068, "8BIM 0x0404", "It is there twice.")]),
        (with_digest(fields(), resource(0x040A, b"\x02")), [(1040, "8BIM 0x040A", "It is not one byte of 0 or 1.")]),
        (with_digest(fields(), resource(0x040A, b"\x00")), []),
        (
            with_digest(fields(), resource(0x040A, b"\x01", b"\x01")),
            [(1041, "8BIM 0x040A", "Its padding is not zero.")],
        ),
        (
            GOOD_FIELDS + b"8BIM\x04\x0a\x00\x00\x00\x00\x00",
            [(1056, "APP13", "Bytes in it belong to no Photoshop resource.")],
        ),
        (GOOD_FIELDS + b"8BIN" + bytes(8), [(1056, "APP13", "Bytes in it belong to no Photoshop resource.")]),
        (GOOD_FIELDS + b"8BIM\x04\x0a\x00\x01" + bytes(4), [(1056, "8BIM 0x040A", "It has a name.")]),
        (
            GOOD_FIELDS + b"8BIM\x04\x0a\x00\x00\x01\x00\x00\x01\x01\x00",
            [(1056, "8BIM 0x040A", "It is longer than the segment that holds it.")],
        ),
        (
            GOOD_FIELDS + b"8BIM\x04\x0a\x00\x00\x00\x00\x00\x01\x00",
            [(1056, "8BIM 0x040A", "It is longer than the segment that holds it.")],
        ),
        (with_digest(b""), [(1012, "IIM", BEGINS)]),
        (with_digest(HEAD[:8]), [(1012, "IIM", BEGINS)]),
        (with_digest(dataset(1, 90, b"\x1b%H") + HEAD[8:]), [(1012, "IIM 1:90", ONE_NINETY)]),
        (with_digest(HEAD[:8] + dataset(2, 0, b"\x00\x02")), [(1020, "IIM 2:00", TWO_ZERO)]),
        (with_digest(HEAD[8:] + HEAD[:8]), [(1012, "IIM 2:00", ONE_NINETY), (1019, "IIM 1:90", TWO_ZERO)]),
        (flawed(7, b"a"), [(1027, "IIM 2:07", UNLISTED)]),
        (with_digest(HEAD + dataset(3, 5, b"a")), [(1027, "IIM 3:05", UNLISTED)]),
        (flawed(5, b"a", b"b"), [(1033, "IIM 2:05", "It is there twice.")]),
        (flawed(5, b"\xff"), [(1027, "IIM 2:05", "It is not UTF-8.")]),
        (flawed(5, b""), [(1027, "IIM 2:05", "It is empty.")]),
        (flawed(5, b"a\nb"), [(1027, "IIM 2:05", CONTROLS)]),
        (flawed(120, b"a\nb"), []),
        *(
            (
                flawed(number, b"a" * (LONGEST[number] + 1)),
                [(1027, f"IIM 2:{number:02d}", f"It is longer than {LONGEST[number]} bytes.")],
            )
            for number in EVERY
        ),
        *(
            (flawed(number, b"a", b"b"), [(1033, f"IIM 2:{number:02d}", "It is there twice.")])
            for number in EVERY
            if number not in (25, 80)
        ),
        (with_digest(HEAD + b"\x1c\x02\x05\x00"), [(1027, "8BIM 0x0404", "Bytes in it belong to no IIM dataset.")]),
        (with_digest(HEAD + b"\x1d\x02\x05\x00\x00"), [(1027, "8BIM 0x0404", "Bytes in it belong to no IIM dataset.")]),
        (
            with_digest(HEAD + b"\x1c\x02\x05\x00\x02a"),
            [(1027, "IIM 2:05", "It is longer than the resource that holds it.")],
        ),
        (
            with_digest(HEAD + b"\x1c\x02\x05\x80\x00" + b"a" * 0x8000),
            [(1027, "IIM 2:05", "It is an extended dataset.")],
        ),
        (
            with_digest(HEAD + b"\x1c\x02\x05\x7f\xff" + b"a" * 0x7FFF),
            [(1027, "IIM 2:05", "It is longer than 64 bytes.")],
        ),
    ],
)
def test_resources_and_fields_have_one_form(data: bytes, told: list[tuple[int, str, str]]) -> None:
    """Each thing that is not so is told by its name and place."""
    assert read_iim(data)[1] == told


def test_what_is_told_of_texts_that_are_kept() -> None:
    """A text that cannot be read is not taken for one."""
    assert read_iim(flawed(5, b"\xff"))[0] == {}
    assert read_iim(flawed(5, b"a", b"b"))[0] == {"dc:title": ("a", "b")}
    assert read_iim(resource(0x0425, b"a" * 16))[0] == {}


LONG = "a" * 30 + "middle" + "z" * 30


@pytest.mark.parametrize(
    ("there", "here", "agrees"),
    [
        ((), (), True),
        (("a",), ("a",), True),
        (("a",), ("b",), False),
        (("a",), (), False),
        ((), ("a",), False),
        ((LONG,), (), True),
        ((LONG,), (LONG,), True),
        ((LONG,), ("a" * 30,), True),
        ((LONG,), ("a" * 9 + "…" + "z" * 9,), True),
        ((LONG,), ("b",), False),
        ((LONG,), ("a" * 9 + "…" + "y",), False),
        ((LONG,), ("b…z",), False),
        ((LONG,), ("a…",), True),
        ((LONG, "b"), ("b",), True),
        (("b", LONG), ("b", "aa"), True),
        (("b", "c"), ("c", "b"), False),
        (("b", "c"), ("b", "c", "d"), False),
        (("a" * 64,), ("a",), False),
        (("a" * 64,), (), False),
        (("a" * 65,), ("a",), True),
        (("ä" * 32,), ("ä",), False),
        (("ä" * 33,), ("ä",), True),
        (("\u202a" + LONG + "\u202c",), ("a" * 20,), True),
        ((LONG,), ("\u2066" + "a" * 20 + "\u2069",), True),
        (("a…" + "b" * 70,), ("a…b…b",), True),
    ],
)
def test_iim_says_what_xmp_says_as_far_as_it_has_room(
    there: tuple[str, ...], here: tuple[str, ...], agrees: bool
) -> None:
    """64 bytes: one longer is shortened at its end, in its middle, or left out."""
    assert iim._DATASETS[25].agrees(there, here) == agrees


def test_a_difference_is_told_where_it_stands() -> None:
    """At IIM's text, or at XMP's where IIM has none."""
    account = Ledger()
    for name, offset in (("IIM 2:05", 50), ("XMP dc:rights", 60), ("IIM 2:80", 70)):
        account.note(name, offset, 1)
    iim.compare(
        {"dc:title": ("a",), "dc:rights": ("a",), "dc:subject": ("k",)},
        {"dc:title": ("b",), "dc:creator": ("c",), "dc:subject": ("k",)},
        account,
    )
    assert problems(account) == [
        (50, "IIM 2:05", "It is not the same as in XMP."),
        (70, "IIM 2:80", "XMP has no dc:creator beside it."),
        (60, "XMP dc:rights", "IIM has no 2:116 beside it."),
    ]
