"""Scanned and photographed forms file themselves: which numbers are read, and what becomes of each file."""

import hashlib
import os
import threading
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.errors import RegisterError
from imgvet.form_codes import scans
from imgvet.form_codes.codes import is_blank, numbers_of_scan
from imgvet.form_codes.scans import MOST_PAGES, FormPages, ScanReading, read_scans
from imgvet.pixels import Pixels
from imgvet.releases.filing import FilingOutcome, NumberedScan, file_scan
from imgvet.releases.records import FormIntake
from imgvet.releases.release import Release, is_printed_number, printed_number
from imgvet.releases.scans import FolderScans, scans_folder
from imgvet.releases.store import open_register
from imgvet.workers.answers import LostJob
from support.commands import Imgvet, Ran
from support.photographed_forms import (
    WAYS,
    as_jpeg,
    as_pdf,
    as_picture,
    as_tiff,
    on_a_desk,
    page,
    printed,
    side_by_side,
)

BY = ("--by", "A. Officer")
SIGNED = date(2026, 6, 14)
ONE, TWO, THREE = (f"WMP-2026-00{number}" for number in (1, 2, 3))
BLANK = np.full((2339, 1654), 252, np.uint8)

READ_AT_LEAST = {
    "flat, as scanned": (2, 2), "turned": (48, 48), "at an angle": (38, 40), "dark, with noise": (24, 24),
    "creased": (30, 30), "out of focus": (16, 16), "far away": (16, 16), "all at once": (7, 10),
}  # fmt: skip
"""Pictures that must be read, of all that are made: the table in docs/office/release_forms.md."""


def add(folder: Path, *numbers: str, **otherwise: Any) -> None:
    """Forms in the register, without scans; their numbers are given, as they are when forms are printed."""
    with open_register(folder / "register.db") as register:
        register.reserve("WMP", 2026, 9)
        form = replace(Release("", "Zora Signed", event="Open Day", channels=("all",)), **otherwise)
        register.add([replace(form, reference=number) for number in numbers], "A. Officer")


def scan_of(folder: Path, number: str) -> bytes:
    """The bytes that the register keeps as the form's scan; empty where there is none. They must be unaltered."""
    register = folder / "register.db"
    with open_register(register) as opened:
        form = opened.find(number)
    assert form is not None
    if not form.scan_name:
        return b""
    assert FolderScans(register).state(form.scan_name, form.scan_sha256) == ""
    return (scans_folder(register) / form.scan_name).read_bytes()


def outcomes(ran: Ran) -> dict[str, list[tuple[str, list[int], str]]]:
    """What came of each file, by name: number, pages, outcome."""
    return {
        Path(line["file"]).name: [(form["number"], form["pages"], form["outcome"]) for form in line["forms"]]
        for line in ran.lines
        if "file" in line
    }


def qr(text: str) -> Pixels:
    """A QR code as a picture, ten pixels a module."""
    kept = BytesIO()
    segno.make_qr(text).save(kept, kind="png", scale=10, border=4)
    return np.asarray(Image.open(kept).convert("RGB"), np.uint8)


def seen_in(data: bytes) -> Pixels:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"), np.uint8)


# -- which codes are read


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_our_printed_forms_are_read_however_they_are_photographed(way: str) -> None:
    """Counts as the docs state them; what is read is always the right number."""
    sheet, read, made = page("WMP-2026-014"), 0, 0
    for see in WAYS[way]:
        picture = see(sheet)
        for quality in (90, 40):
            numbers = numbers_of_scan(seen_in(as_jpeg(picture, quality)))
            assert numbers in {(), ("WMP-2026-014",)}
            read, made = read + bool(numbers), made + 1
    least, of = READ_AT_LEAST[way]
    assert made == of
    assert read >= least


def test_the_docs_state_what_is_read() -> None:
    """The table of the docs is that of this test."""
    text = (Path(__file__).parents[2] / "docs/office/release_forms.md").read_text("utf-8")
    for way, (least, of) in READ_AT_LEAST.items():
        assert f"| {way} | {least} of {of} |" in text


def test_several_forms_on_one_picture_are_all_read() -> None:
    picture = side_by_side(page(ONE), page(TWO), page(THREE))
    assert numbers_of_scan(seen_in(as_jpeg(picture))) == (ONE, TWO, THREE)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.example.org/WMP-2026-014", "WMP-2026-014\n", " WMP-2026-014", "WMP-2026-14", "WMP-2026-000",
        "WMP-2026-0014", "WMP-26-014", "TICKET 2026-014", "WIFI:S:WMP-2026-014;;", "WMP-2026-014; DROP",
        "ＷＭＰ-2026-014", "WMP-２０２６-014", "WMP_2026_014", "-2026-014", "A" * 13 + "-2026-014",
        "WMP-2026-0140000000", "BEGIN:VCARD",
    ],
)  # fmt: skip
def test_other_codes_are_none_of_ours(text: str) -> None:
    assert not is_printed_number(text)
    assert numbers_of_scan(qr(text)) == ()


@given(prefix=st.from_regex(r"[A-Za-z0-9]{1,12}", fullmatch=True), year=st.integers(1000, 9999),
       number=st.integers(1, 10**9 - 1))  # fmt: skip
def test_every_number_that_is_printed_has_the_shape(prefix: str, year: int, number: int) -> None:
    assert is_printed_number(printed_number(prefix, year, number))


@given(st.text(max_size=40))
def test_what_has_the_shape_is_a_number_that_could_be_printed(text: str) -> None:
    if is_printed_number(text):
        prefix, year, number = text.split("-")
        assert printed_number(prefix, int(year), int(number)).endswith(number)
        assert text.isascii()


def test_a_blank_page_is_told_from_a_line_of_pencil() -> None:
    paper = np.repeat((BLANK - np.random.default_rng(1).integers(0, 5, BLANK.shape)).astype(np.uint8)[..., None], 3, 2)
    assert is_blank(paper)
    cv2.line(paper, (300, 400), (500, 420), (150, 150, 150), 3)
    assert not is_blank(paper)


# -- what becomes of a file


def written(folder: Path, **files: bytes) -> Path:
    """A folder ``scans`` with these files; two underscores in a name are its dot."""
    place = folder / "scans"
    place.mkdir(exist_ok=True)
    for name, data in files.items():
        (place / name.replace("__", ".")).write_bytes(data)
    return place


def test_scans_in_every_format_are_filed_as_they_are(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, *(f"WMP-2026-00{number}" for number in range(1, 7)), signed_on=SIGNED)
    heic = BytesIO()
    pytest.importorskip("pillow_heif").from_pillow(Image.fromarray(page("WMP-2026-005")).convert("RGB")).save(heic)
    files = {
        "a__jpg": as_jpeg(on_a_desk(page(ONE), turned=33)), "b__png": as_picture(page(TWO), "PNG"),
        "c__tif": as_tiff(page(THREE)), "d__webp": as_picture(page("WMP-2026-004"), "WEBP"), "e__heic": heic.getvalue(),
        "f__pdf": printed("WMP-2026-006"),
    }  # fmt: skip
    ran = imgvet("release", "scan", written(tmp_path, **files), *BY)
    assert ran.code == 0, ran.err
    assert "6 scans filed" in ran.err
    for number, data in enumerate(files.values(), start=1):
        assert scan_of(tmp_path, f"WMP-2026-00{number}") == data
    with open_register(tmp_path / "register.db") as register:
        entry = list(register.history(ONE))[-1]
    assert (entry.by, entry.kind, [name for name, *_ in entry.changes]) == (
        "A. Officer", "changed", ["scan_name", "scan_sha256"],
    )  # fmt: skip
    assert "a.jpg" not in entry.why  # a file may be called like the person


def test_the_same_scan_again_changes_nothing(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, ONE, signed_on=SIGNED)
    place = written(tmp_path, a__jpg=as_jpeg(page(ONE)))
    imgvet("release", "scan", place, *BY)
    before = (tmp_path / "register.db").read_bytes()
    ran = imgvet("release", "scan", place, *BY, "--json")
    assert ran.code == 0
    assert outcomes(ran) == {"a.jpg": [(ONE, [1], "filed_before")]}
    assert (tmp_path / "register.db").read_bytes() == before
    assert len(list(scans_folder(tmp_path / "register.db").iterdir())) == 1


def test_another_scan_is_said_and_replaces_nothing(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, ONE, signed_on=SIGNED)
    first = as_jpeg(page(ONE))
    place = written(tmp_path, a__jpg=first, b__jpg=as_jpeg(page(ONE), 50))
    ran = imgvet("release", "scan", place, *BY)
    assert ran.code == 1
    assert scan_of(tmp_path, ONE) == first
    assert "another scan, which was not replaced" in ran.out
    command = next(line.strip() for line in ran.err.splitlines() if "release change" in line)
    done = imgvet(*command.replace("--by NAME", "--by Ann").split()[1:])
    assert done.code == 0
    assert scan_of(tmp_path, ONE) == as_jpeg(page(ONE), 50)


def test_a_number_without_a_form_has_the_next_command(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path)
    place = written(tmp_path, a__jpg=as_jpeg(page(ONE)), b__jpg=as_jpeg(page("XYZ-2026-001")))
    ran = imgvet("release", "scan", place, *BY)
    assert ran.code == 1
    assert f"{ONE} was printed, but is not in the register yet" in ran.out
    assert "XYZ-2026-001 is not in the register, and this register has not given that number" in ran.out
    command = next(line.strip() for line in ran.err.splitlines() if f"release add {ONE}" in line)
    given = command.replace("DATE", "14/06/2026").replace("EVENT", "Fair").replace("CHANNELS", "flickr")
    assert imgvet(*given.replace("NAME", "Ann").split()[1:]).code == 0
    assert scan_of(tmp_path, ONE) == as_jpeg(page(ONE))


def test_a_scan_without_a_number_is_listed(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, ONE, signed_on=SIGNED)
    place = written(tmp_path, a__png=as_picture(qr("https://www.example.org")[..., 0], "PNG"))
    ran = imgvet("release", "scan", place, *BY)
    assert ran.code == 1
    assert "no number found" in ran.out
    assert scan_of(tmp_path, ONE) == b""


def test_a_dry_run_says_all_and_changes_nothing(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, ONE, TWO, signed_on=SIGNED)
    place = written(tmp_path, a__jpg=as_jpeg(page(ONE)), b__jpg=as_jpeg(page(ONE), 50), c__pdf=printed(TWO))
    before = (tmp_path / "register.db").read_bytes()
    ran = imgvet("release", "scan", place, *BY, "--json", "--dry-run")
    said = outcomes(ran)
    assert ran.code == 1
    assert (tmp_path / "register.db").read_bytes() == before
    assert not scans_folder(tmp_path / "register.db").exists()
    really = imgvet("release", "scan", place, *BY, "--json")
    assert outcomes(really) == said == {
        "a.jpg": [(ONE, [1], "filed")], "b.jpg": [(ONE, [1], "other_scan")], "c.pdf": [(TWO, [1], "filed")],
    }  # fmt: skip


def test_forms_without_a_scan_are_counted(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, ONE, TWO, signed_on=SIGNED)
    add(tmp_path, THREE, signed_on=SIGNED, event="Fair")
    add(tmp_path, "WMP-2026-004", refused_on=SIGNED)  # nobody signed it
    place = written(tmp_path, a__jpg=as_jpeg(page(ONE)))
    ran = imgvet("release", "scan", place, *BY, "--event", "open day")
    assert "1 form for open day in the register without a scan: WMP-2026-002." in ran.err
    everything = imgvet("release", "scan", place, *BY, "--json").lines[-1]
    assert everything == {"event": "", "without_scan": [TWO, THREE]}
    assert "No signed form for Gala is in the register." in imgvet("release", "scan", place, *BY, "--event", "Gala").err


def test_a_withdrawn_form_gets_its_scan_and_an_erased_one_none(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, ONE, signed_on=SIGNED, withdrawn_on=date(2026, 7, 1))
    add(tmp_path, TWO, signed_on=SIGNED, purged_on=date(2026, 7, 1), person="")
    ran = imgvet("release", "scan", written(tmp_path, a__jpg=as_jpeg(page(ONE)), b__jpg=as_jpeg(page(TWO))), *BY)
    assert ran.code == 1
    assert scan_of(tmp_path, ONE)
    assert scan_of(tmp_path, TWO) == b""
    assert f"{TWO} was erased" in ran.out


# -- piles: several forms in one file


def drawn(pdf: bytes) -> list[Pixels]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [np.ascontiguousarray(each.render(scale=2).to_numpy()) for each in document]


@pytest.mark.parametrize("kind", ["pdf", "tif"])
def test_a_pile_in_one_file_is_taken_apart(imgvet: Imgvet, tmp_path: Path, kind: str) -> None:
    """Each form gets its own pages, none of another form's, and no blank backs; the same again is known."""
    add(tmp_path, ONE, TWO, signed_on=SIGNED)
    write = as_pdf if kind == "pdf" else as_tiff
    pile = write(page(ONE), BLANK, page(TWO), page(TWO))
    place = written(tmp_path, **{f"pile__{kind}": pile})
    ran = imgvet("release", "scan", place, *BY, "--json")
    assert (ran.code, outcomes(ran)) == (0, {f"pile.{kind}": [(ONE, [1], "filed"), (TWO, [3, 4], "filed")]})
    for number, pages in ((ONE, 1), (TWO, 2)):
        kept = drawn(scan_of(tmp_path, number))
        assert len(kept) == pages
        assert {numbers_of_scan(each) for each in kept} == {(number,)}
    again = imgvet("release", "scan", place, *BY, "--json")
    assert outcomes(again)[f"pile.{kind}"] == [(ONE, [1], "filed_before"), (TWO, [3, 4], "filed_before")]


def test_a_page_of_a_pile_without_a_number_belongs_to_nobody(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path, ONE, TWO, signed_on=SIGNED)
    notes = BLANK.copy()
    cv2.putText(notes, "notes on the back", (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 3, 60, 5)
    ran = imgvet("release", "scan", written(tmp_path, pile__pdf=as_pdf(page(ONE), notes, page(TWO))), *BY)
    assert ran.code == 1
    assert "page 2: no number found; not filed" in ran.out
    assert [len(drawn(scan_of(tmp_path, number))) for number in (ONE, TWO)] == [1, 1]


def test_a_form_of_several_pages_is_one_scan(imgvet: Imgvet, tmp_path: Path) -> None:
    """Where one number is in the file, the file is that form's, with the page that has no code."""
    add(tmp_path, ONE, signed_on=SIGNED)
    notes = BLANK.copy()
    cv2.putText(notes, "the second page", (200, 400), cv2.FONT_HERSHEY_SIMPLEX, 3, 60, 5)
    both = as_pdf(page(ONE), notes)
    ran = imgvet("release", "scan", written(tmp_path, a__pdf=both), *BY)
    assert ran.code == 0
    assert scan_of(tmp_path, ONE) == both


def test_two_forms_on_one_picture_are_filed_under_both(imgvet: Imgvet, tmp_path: Path) -> None:
    """One is erased: the picture stays for the other, and goes with the last."""
    add(tmp_path, ONE, TWO, signed_on=date(2015, 1, 2), expires_on=date(2016, 1, 2))
    with open_register(tmp_path / "register.db") as register:
        before = register.find(TWO)
        assert before
        after = replace(before, expires_on=None)
        register.save_forms(FormIntake(changed=((before, after),)), "A. Officer")
    picture = as_jpeg(side_by_side(page(ONE), page(TWO)))
    ran = imgvet("release", "scan", written(tmp_path, a__jpg=picture), *BY)
    assert ran.code == 0
    assert "are on one picture. It is kept until the last of them is erased." in ran.err
    assert scan_of(tmp_path, ONE) == scan_of(tmp_path, TWO) == picture
    assert imgvet("release", "purge", *BY).code == 0
    assert scan_of(tmp_path, TWO) == picture


def test_a_pile_is_never_filed_whole_by_the_next_command(imgvet: Imgvet, tmp_path: Path) -> None:
    add(tmp_path)
    ran = imgvet("release", "scan", written(tmp_path, pile__pdf=printed(ONE, TWO)), *BY)
    assert ran.code == 1
    assert "--scan" not in ran.err
    assert ran.err.count("imgvet release scan") == 2


# -- strangers' files


def bomb_tiff() -> bytes:
    kept = BytesIO()
    first, *others = (Image.new("1", (8, 8), 1) for _ in range(MOST_PAGES + 1))
    first.save(kept, "TIFF", save_all=True, append_images=others)
    return kept.getvalue()


def large_png() -> bytes:
    kept = BytesIO()
    Image.new("1", (20_000, 20_000)).save(kept, "PNG")
    return kept.getvalue()


def many_pages() -> bytes:
    with pypdfium2.PdfDocument.new() as document:
        for _ in range(MOST_PAGES + 1):
            document.new_page(10, 10)
        kept = BytesIO()
        document.save(kept)
    return kept.getvalue()


def locked_pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    kept = BytesIO()
    canvas = Canvas(kept, encrypt="secret")
    canvas.drawString(100, 100, "x")
    canvas.save()
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("a.pdf", lambda: b"%PDF-1.7\n" + bytes(2000), "damaged PDF"),
        ("a.pdf", lambda: printed(ONE)[:5000], "damaged PDF"),
        ("a.pdf", locked_pdf, "with a password"),
        ("a.pdf", many_pages, f"at most {MOST_PAGES} are read"),
        ("a.tif", bomb_tiff, f"more than {MOST_PAGES} frames or pages"),
        ("a.png", large_png, "megapixels"),
        ("a.jpg", lambda: as_jpeg(page(ONE))[:9000], "damaged"),
        ("a.jpg", lambda: b"", "empty"),
        ("a.jpg", lambda: b"not a picture", "plain text"),
        ("a.gif", lambda: as_picture(page(ONE), "GIF"), "not a scan"),
        ("a.webp", lambda: os.urandom(5000), "unknown kind"),
    ],
)
def test_a_bad_file_costs_itself_alone(imgvet: Imgvet, tmp_path: Path, name: str, make: Any, words: str) -> None:
    add(tmp_path, ONE, signed_on=SIGNED)
    good = as_jpeg(page(ONE))
    place = written(tmp_path, zz_good__jpg=good)
    (place / name).write_bytes(make())
    ran = imgvet("release", "scan", place, *BY)
    assert ran.code == 4
    assert words in ran.err
    assert scan_of(tmp_path, ONE) == good
    assert len(list(scans_folder(tmp_path / "register.db").iterdir())) == 1


@pytest.mark.slow
def test_scans_are_read_in_confined_workers(imgvet_process: Imgvet, tmp_path: Path) -> None:
    """The real thing: processes of its own, each page and every format that needs a library."""
    add(tmp_path, ONE, TWO, THREE, signed_on=SIGNED)
    place = written(
        tmp_path, a__pdf=printed(ONE, TWO), b__jpg=as_jpeg(page(THREE)), c__pdf=b"%PDF-1.7\n" + bytes(99),
    )  # fmt: skip
    ran = imgvet_process("release", "scan", place, *BY)
    assert ran.code == 4
    assert "3 scans filed" in ran.err
    assert all(scan_of(tmp_path, number) for number in (ONE, TWO, THREE))


GOOD = ScanReading(Path("a"), "a" * 64, ".pdf", 2, (FormPages(ONE, (1,), b"%PDF-1.4"),), (2,))


@pytest.mark.parametrize(
    "sent",
    [
        replace(GOOD, sha256="../../x"), replace(GOOD, suffix=".db"), replace(GOOD, pages=0),
        replace(GOOD, pages=MOST_PAGES + 1), replace(GOOD, unnumbered=(3,)), replace(GOOD, forms=(FormPages(ONE, ()),)),
        replace(GOOD, forms=(FormPages("../../register", (1,)),)), replace(GOOD, forms=(FormPages(ONE, (9,)),)),
        replace(GOOD, forms=(FormPages(ONE, (1,), b"MZ"),)), replace(GOOD, forms=GOOD.forms * 2),
        replace(GOOD, error="x"), LostJob("It took too long."),
    ],
)  # fmt: skip
def test_what_a_worker_sends_is_not_believed(monkeypatch: pytest.MonkeyPatch, sent: Any) -> None:
    monkeypatch.setattr(scans, "run_jobs", lambda *_, **__: iter([(Path("mine.pdf"), sent)]))
    (reading,) = read_scans([Path("mine.pdf")], 1)
    assert (reading.path, reading.forms) == (Path("mine.pdf"), ())
    assert reading.error


def test_a_sound_answer_is_about_the_file_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "run_jobs", lambda *_, **__: iter([(Path("mine.pdf"), GOOD)]))
    assert list(read_scans([Path("mine.pdf")], 1)) == [replace(GOOD, path=Path("mine.pdf"))]


# -- several people at once


def test_a_file_that_changed_since_it_was_read_is_not_filed(tmp_path: Path) -> None:
    add(tmp_path, ONE, signed_on=SIGNED)
    (tmp_path / "a.jpg").write_bytes(b"something else")
    scan = NumberedScan(ONE, tmp_path / "a.jpg", ".jpg", hashlib.sha256(b"what was read").hexdigest())
    with open_register(tmp_path / "register.db") as register:
        assert file_scan(register, scan, "A. Officer") is FilingOutcome.CHANGED
    assert scan_of(tmp_path, ONE) == b""
    assert list(scans_folder(tmp_path / "register.db").iterdir()) == []


def test_two_people_file_scans_of_one_form_at_once(tmp_path: Path) -> None:
    """One of the two is filed, the other is told that there is another; nothing is lost or left behind."""
    add(tmp_path, ONE, signed_on=SIGNED)
    done: list[FilingOutcome] = []

    def file(name: str) -> None:
        data = name.encode() * 100_000
        (tmp_path / name).write_bytes(data)
        scan = NumberedScan(ONE, tmp_path / name, ".jpg", hashlib.sha256(data).hexdigest())
        with open_register(tmp_path / "register.db") as register:
            done.append(file_scan(register, scan, "A. Officer"))

    people = [threading.Thread(target=file, args=(name,)) for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg")]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert sorted(done) == sorted([FilingOutcome.FILED, *[FilingOutcome.OTHER] * 3])
    assert scan_of(tmp_path, ONE)
    assert len(list(scans_folder(tmp_path / "register.db").iterdir())) == 1


def test_a_correction_at_the_same_moment_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(tmp_path, ONE, signed_on=SIGNED)
    (tmp_path / "a.jpg").write_bytes(b"scan")
    scan = NumberedScan(ONE, tmp_path / "a.jpg", ".jpg", hashlib.sha256(b"scan").hexdigest())
    with open_register(tmp_path / "register.db") as register, open_register(tmp_path / "register.db") as other:
        save_forms = type(register).save_forms
        raced: list[int] = []

        def late(self: Any, taken: FormIntake, by: str, why: str = "") -> None:
            if not raced:
                raced.append(1)
                form = other.find(ONE)
                assert form
                save_forms(other, FormIntake(changed=((form, replace(form, note="corrected")),)), "B. Officer")
            save_forms(self, taken, by, why)

        monkeypatch.setattr(type(register), "save_forms", late)
        assert file_scan(register, scan, "A. Officer") is FilingOutcome.FILED
        form = register.find(ONE)
    assert form
    assert (form.note, bool(form.scan_name)) == ("corrected", True)


def test_a_register_in_use_stops_it_with_the_reason(
    imgvet: Imgvet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path, ONE, signed_on=SIGNED)

    def in_use(*_: object) -> None:
        raise RegisterError("The register is being used by somebody else.", "Try again in a moment.")

    monkeypatch.setattr("imgvet.releases.register.Register.save_forms", in_use)
    ran = imgvet("release", "scan", written(tmp_path, a__jpg=as_jpeg(page(ONE))), *BY)
    assert ran.code == 2
    assert "being used by somebody else" in ran.err
    assert list(scans_folder(tmp_path / "register.db").iterdir()) == []


def test_without_a_register_nothing_is_made(imgvet: Imgvet, tmp_path: Path) -> None:
    ran = imgvet("release", "scan", written(tmp_path, a__jpg=as_jpeg(page(ONE))), *BY)
    assert ran.code == 2
    assert not (tmp_path / "register.db").exists()
