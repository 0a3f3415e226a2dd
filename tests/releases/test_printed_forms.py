"""Blank release forms: every word and number that must stand on them, on one page each, as PDF and as a web page."""

import ctypes
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import settings as few
from hypothesis import strategies as st
from pypdfium2 import raw

from imgvet.cli import release_form as command
from imgvet.errors import ImgvetError, UsageError
from imgvet.profile import Profile, load_profile, parse_profile
from imgvet.releases.forms.build import build_forms, form_context, texts_for, write_forms_html
from imgvet.releases.forms.english import bands_of_birth
from imgvet.releases.forms.fonts import missing_letters
from imgvet.releases.forms.pdf import STYLES, check_printable, fitting_style, write_forms_pdf
from imgvet.releases.forms.qr import qr_code
from imgvet.releases.forms.records import BlankForm, FormContext, FormKind, FormPile, FormText
from imgvet.releases.release import Release
from imgvet.releases.store import open_register
from support.commands import Imgvet

TODAY = date(2026, 5, 1)
OPEN_DAY = (date(2026, 6, 14), date(2026, 6, 14))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

OURS = """
name = "ours"
[organisation]
name = "Example Council"
website = "www.example.org"
press_office = "press@example.org"
[releases]
prefix = "EXC"
valid_years = 3
keep_years = 5
withdraw_to = "photos@example.org or 0345 000 0000"
privacy_notice = "https://www.example.org/privacy"
"""
LONG = """
name = "long"
[organisation]
name = "Heddlu a Throseddu Gŵyl Ŷd: Comisiwn Diogelwch Cyhoeddus De Cymru a Gorllewin Canolbarth Lloegr"
website = "www.a-rather-long-name-of-a-website.example.org"
press_office = "press.office@communications.example.org, 0345 000 0000"
[releases]
prefix = "WESTMIDLANDS"
valid_years = 10
withdraw_to = "press.office@communications.example.org, 0345 000 0000, or Press Office, PO Box 52, Birmingham B4 6NQ"
privacy_notice = "https://www.example.org/about-us/how-we-look-after-your-personal-data/photos-and-films"
"""
LONG_EVENT = (
    "Ŵyl Haf ac Eisteddfod y Plant: Ein Diwrnod Agored Blynyddol yng Nghanolfan Hyfforddi Tŷ Mawr, "
    "Żółć, Straßburg, à l’été © 2026"
)


def profile(text: str = OURS) -> Profile:
    return parse_profile(text, "ours.toml")


def occasion(text: str = OURS, event: str = "Open Day", channels: list[str] | None = None) -> FormContext:
    return form_context(profile(text), event, OPEN_DAY, channels, TODAY)


def texts(about: FormContext | None = None) -> tuple[FormText, ...]:
    return texts_for(list(FormKind), about or occasion(), "en")


def pile(count: int = 1, about: FormContext | None = None, prefix: str = "EXC") -> FormPile:
    both = texts(about)
    return build_forms(both, [f"{prefix}-2026-{number:03}" for number in range(1, 1 + count * len(both))])


def page_texts(pdf: bytes) -> list[str]:
    """What each page says, a space for each line end."""
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf)]


def picture(page: pypdfium2.PdfPage, scale: float = 3) -> np.ndarray:
    return np.asarray(page.render(scale=scale).to_pil().convert("RGB"))


def decoded(page: pypdfium2.PdfPage) -> str:
    """The QR code in the upper right corner of a page, as a reader that is not ours takes it."""
    whole = picture(page)
    corner = whole[: whole.shape[0] // 5, whole.shape[1] * 2 // 3 :]
    return str(cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(corner))[0])


# What stands on a form


@pytest.mark.parametrize("kind", FormKind)
def test_a_form_says_who_asks_for_what_and_how_to_take_it_back(kind: FormKind) -> None:
    """Organisation, event, purpose, places, withdrawal, how long it holds and is kept, privacy notice."""
    page = page_texts(write_forms_pdf(pile()))[list(FormKind).index(kind)]
    for words in (
        "Example Council",
        "www.example.org",
        "Press office: press@example.org",
        "Event: Open Day",
        "Date of the photos: 14 June 2026",
        "to show what we do",
        "Once a photo is online, copies cannot all be removed.",
        "You can change your mind at any time.",
        "photos@example.org or 0345 000 0000",
        "take them off our own pages",
        "It is valid for 3 years from the day you sign it.",
        "for as long as it is valid and 5 years more. Then we destroy it.",
        "https://www.example.org/privacy",
        "Taken by (staff or witness)",
        "Photo numbers",
        "Face numbers",
    ):
        assert words in page, words


def test_a_child_s_form_asks_the_child_and_the_guardian() -> None:
    adult, child = page_texts(write_forms_pdf(pile()))
    for words in (
        "Child’s name, in capitals",
        "Year of birth 2008-2010 2011-2013 2014-2016 2017-2019 2020-2022 2023-2026",
        "Do you agree? Yes No",
        "Child’s own name or signature",
        "I am the child’s parent or legal guardian.",
        "What you are to the child",
    ):
        assert words in child, words
        assert words not in adult, words


@given(st.integers(1990, 2200))
def test_the_bands_of_birth_hold_every_year_of_a_child_s_once(year: int) -> None:
    bands = [[int(part) for part in band.split("-")] for band in bands_of_birth(year)]
    assert (bands[0][0], bands[-1][1]) == (year - 18, year)
    assert all(first <= last for first, last in bands)
    assert all(after[0] == before[1] + 1 for before, after in pairwise(bands))


@pytest.mark.parametrize("write", [write_forms_pdf, write_forms_html])
def test_every_channel_has_a_box_a_name_and_a_description_on_each_form(write: Callable[[FormPile], bytes]) -> None:
    extended = OURS + 'where = { intranet = "our staff pages, which our staff alone can see" }\n[channels.intranet]\n'
    forms = pile(about=occasion(extended))
    said = page_texts(write(forms)) if write is write_forms_pdf else re.split("<article", write(forms).decode())[1:]
    assert len(said) == 2
    for page in said:
        plain = re.sub(r"<[^>]*>", "", page)
        for words in (
            "Flickr: our photo albums on flickr.com",
            "X: our posts on x.com",
            "Facebook: our posts on facebook.com",
            "Bluesky: our posts on bsky.app",
            "Our website: our own web pages, www.example.org",
            "Intranet: our staff pages, which our staff alone can see",
        ):
            assert words in plain, words


def test_only_the_channels_that_are_asked_for_stand_on_the_form() -> None:
    about = occasion(channels=["web", " flickr", "web"])
    assert about.channels == ("web", "flickr")
    for page in page_texts(write_forms_pdf(pile(about=about))):
        assert "Flickr:" in page
        assert "Our website:" in page
        assert "Facebook" not in page


def test_the_profile_s_own_words_for_a_channel_and_the_purpose_are_taken() -> None:
    own = OURS + 'purpose = "We show how the town cares for its parks."\nwhere = { flickr = "our album of parks" }\n'
    page = page_texts(write_forms_pdf(pile(about=occasion(own))))[0]
    assert "We show how the town cares for its parks. May we use photos that show you?" in page
    assert "Flickr: our album of parks" in page
    assert "to show what we do" not in page


def test_a_form_without_an_end_says_that_it_holds_until_it_is_taken_back() -> None:
    endless = OURS.replace("valid_years = 3", "valid_years = 0").replace("keep_years = 5", "keep_years = 1")
    page = page_texts(write_forms_pdf(pile(about=occasion(endless))))[0]
    assert "It is valid until you withdraw it." in page
    assert "for as long as it is valid and 1 year more." in page


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((None, None), "Date of the photos 1."),  # a line to write on stands between
        ((date(2026, 6, 14), date(2026, 6, 16)), "Dates of the photos: 14 June 2026 to 16 June 2026"),
        ((date(2026, 6, 14), None), "Dates of the photos: from 14 June 2026 on"),
    ],
)
def test_the_days_stand_on_the_form_or_a_line_for_them(days: tuple[date | None, date | None], said: str) -> None:
    about = form_context(profile(), "Open Day", days, None, TODAY)
    page = page_texts(write_forms_pdf(pile(about=about)))[0]
    assert said in re.sub(r"We take photos .* that is fine\. ", "", page)


def test_whom_to_tell_is_the_press_office_or_the_website_where_nothing_else_is_set() -> None:
    bare = '[organisation]\nname = "A"\nwebsite = "www.example.org"\n'
    assert occasion(bare).withdraw_to == "www.example.org"
    assert occasion(bare + 'press_office = "Room 5."\n').withdraw_to == "Room 5"


def test_the_press_office_is_named_once() -> None:
    """Whether the profile's own words say what they are or not."""
    for words in ("press@example.org", "Press office, Room 5, press@example.org"):
        about = occasion(OURS.replace('press_office = "press@example.org"', f'press_office = "{words}"'))
        assert page_texts(write_forms_pdf(pile(about=about)))[0].count("Press office") == 1


# How it reads


def syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end not counted."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, groups - (word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1))


def test_the_words_are_those_for_a_reader_of_twelve() -> None:
    """Flesch-Kincaid grade 7 is the school year in which people turn twelve; no long sentence stands on the form."""
    for text in texts(occasion(OURS.replace("photos@example.org or 0345 000 0000", "the press office"))):
        prose = [text.question, text.where_hint, text.refusal, *(words for pair in text.know for words in pair)]
        prose += [part.statement for part in text.parts if part.statement]
        plain = re.sub(r"https?://\S+", "web", " ".join(prose))
        sentences = [each for each in re.split(r"[.?!:]+\s*", plain) if each]
        words = [re.findall(r"[A-Za-z’]+", each) for each in sentences]
        number = sum(map(len, words))
        spoken = sum(syllables(word) for each in words for word in each)
        assert 0.39 * number / len(sentences) + 11.8 * spoken / number - 15.59 <= 7
        assert max(map(len, words)) <= 25


@pytest.mark.parametrize("about", [occasion(), occasion(LONG, LONG_EVENT)], ids=["short", "long"])
def test_letters_are_large_enough_and_all_is_black_on_white(about: FormContext) -> None:
    """Ten points at least, nine in the foot; nothing hangs on a colour."""
    for page in pypdfium2.PdfDocument(write_forms_pdf(pile(about=about))):
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            size = ctypes.c_float()
            raw.FPDFTextObj_GetFontSize(item.raw, size)
            assert size.value >= (9 if item.get_bounds()[1] < 36 else 10)
        seen = picture(page, 1)
        assert (seen == seen[:, :, :1]).all()


@pytest.mark.parametrize("about", [occasion(), occasion(LONG, LONG_EVENT)], ids=["short", "long"])
def test_there_is_room_for_a_signature(about: FormContext) -> None:
    """85 mm wide, and 9 mm free above the line up to the line before."""
    for page in pypdfium2.PdfDocument(write_forms_pdf(pile(about=about))):
        lines = sorted(line for line in rules(page) if line[1] > 40)
        wide = [line for line in lines if line[2] - line[0] >= 85 * 72 / 25.4 and line[0] < 140]
        assert wide
        beneath = min(wide, key=lambda line: line[1])
        above = min(line[1] for line in lines if line[1] > beneath[1] + 5)
        assert above - beneath[1] >= 9 * 72 / 25.4


def rules(page: pypdfium2.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """The lines to write on: left, bottom, right, top in points."""
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = item.get_bounds()
        if top - bottom < 2 and right - left > 40:
            yield left, bottom, right, top


# A form a page, a number a form


@pytest.mark.slow
def test_every_form_of_a_pile_has_its_number_as_text_and_as_code() -> None:
    forms = build_forms(texts()[1:], [f"EXC-2026-{number:03}" for number in range(1, 51)])
    pdf = write_forms_pdf(forms)
    pages = page_texts(pdf)
    assert len(pages) == 50
    assert len({form.reference for form in forms.forms}) == 50
    for number, (form, page, said) in enumerate(zip(forms.forms, pypdfium2.PdfDocument(pdf), pages, strict=True), 1):
        assert f"Number of this form: {form.reference} " in said
        assert f"Form {number} of 50 (child)" in said
        assert decoded(page) == form.reference


@pytest.mark.parametrize("reference", ["A-1-001", "wmp-2026-014", "WESTMIDLANDS-2026-1004", "X9-9999-999999"])
def test_any_reference_can_be_read_from_its_code_and_nothing_else_is_in_it(reference: str) -> None:
    code = qr_code(reference)
    drawn = np.full((code.side, code.side), 255, np.uint8)
    for column, row, length in code.bars():
        drawn[row, column : column + length] = 0
    for side in (drawn[:4], drawn[-4:], drawn[:, :4], drawn[:, -4:]):  # modules of white, ISO/IEC 18004
        assert (side == 255).all()
    large = cv2.resize(drawn, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(large)[0] == reference


def test_a_code_with_a_tenth_of_it_torn_off_is_still_read() -> None:
    page = pypdfium2.PdfDocument(write_forms_pdf(pile()))[0]
    seen = picture(page, 6)
    corner = np.ascontiguousarray(seen[: seen.shape[0] // 5, seen.shape[1] * 2 // 3 :])
    rows, columns = np.nonzero(corner[:, :, 0] < 128)
    inner = (rows > np.median(rows)) & (columns > np.median(columns))
    cut_row, cut_column = int(np.percentile(rows[inner], 55)), int(np.percentile(columns[inner], 55))
    corner[cut_row : int(rows[inner].max()) + 1, cut_column:] = 255
    assert cv2.QRCodeDetector().detectAndDecode(corner)[0] == "EXC-2026-001"


@pytest.mark.parametrize("channels", [["flickr"], None])
@pytest.mark.parametrize("event", ["Fête", LONG_EVENT])
@pytest.mark.parametrize("text", [OURS, LONG])
def test_a_form_stays_on_one_page_and_nothing_runs_into_the_margins(
    text: str, event: str, channels: list[str] | None
) -> None:
    forms = pile(2, occasion(text, event, channels), "WESTMIDLANDS")
    pages = list(pypdfium2.PdfDocument(write_forms_pdf(forms)))
    assert len(pages) == 4
    for page in pages:
        assert page.get_size() == pytest.approx((595.28, 841.89), abs=0.01)
        per_millimetre = 3 * 72 / 25.4
        dark = np.argwhere(picture(page, 3)[:, :, 0] < 200) / per_millimetre  # from the upper left corner
        (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
        assert left >= 19
        assert right <= 210 - 14
        assert top >= 9
        assert bottom <= 297 - 7
        frame = [item.get_bounds() for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])]
        assert min(bounds[1] for bounds in frame) > 36  # the office's frame ends above the foot


def test_a_form_that_fits_no_page_is_refused_with_the_way_out() -> None:
    with pytest.raises(UsageError, match="does not fit on one page") as caught:
        check_printable(texts(occasion(event="Word " * 900))[0])
    assert "--channels" in caught.value.hint


def test_a_form_is_as_roomy_as_its_page_allows() -> None:
    short, long = texts(occasion(OURS, "Fête"))[1], texts(occasion(LONG, LONG_EVENT))[1]
    assert STYLES.index(fitting_style(short)) < STYLES.index(fitting_style(long))


# Letters


def test_welsh_polish_french_and_german_can_be_printed_and_are_searchable() -> None:
    letters = "ŵŷẁẃẅỳýÿâêîôû ŴŶÂÊÎÔÛ ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ àâçéèêëîïôœùûü ÀÇÉŒ äöüß ÄÖÜ ©®€£–—“”‘’„«»…•·"
    assert missing_letters([letters]) == []
    assert letters in page_texts(write_forms_pdf(pile(about=occasion(event=f"x {letters}"))))[0]


def test_letters_of_two_code_points_are_printed_as_one() -> None:
    assert "Event: Tŷ Ŵyl " in page_texts(write_forms_pdf(pile(about=occasion(event="Ty\u0302  W\u0302yl"))))[0]


@pytest.mark.parametrize("letter", ["日", "ש", "م", "\u202e", "q\u0307", "😀", "\u200b", "☐"])
def test_what_the_font_has_not_is_refused_by_name_and_never_printed_wrongly(letter: str) -> None:
    with pytest.raises(UsageError, match=r"U\+[0-9A-F]{4,6}") as caught:
        check_printable(texts(occasion(event=f"Open {letter} day"))[0])
    assert ".html" in caught.value.hint
    assert "\u202e" not in str(caught.value)


@few(max_examples=60)
@given(st.text(min_size=1, max_size=12))
def test_a_text_is_printed_letter_by_letter_or_refused(text: str) -> None:
    """Whatever stands in the event is read back from the page as it was written."""
    try:
        about = occasion(event=f"x{text}x")
        for each in texts(about):
            check_printable(each)
    except UsageError:
        return
    for page in page_texts(write_forms_pdf(pile(about=about))):
        assert f"Event: {about.event} Date of the photos" in page


# The file


def test_the_same_pile_is_the_same_file() -> None:
    assert write_forms_pdf(pile(3)) == write_forms_pdf(pile(3))
    assert write_forms_html(pile(3)) == write_forms_html(pile(3))


def test_a_pdf_tells_its_title_language_and_sender_and_nothing_of_who_made_it() -> None:
    pdf = write_forms_pdf(pile())
    told = pypdfium2.PdfDocument(pdf).get_metadata_dict(skip_empty=True)
    assert told.pop("Producer").startswith("ReportLab")
    assert told.pop("CreationDate").startswith("D:2000")
    assert told.pop("ModDate").startswith("D:2000")
    told.pop("Keywords", None)
    assert told == {"Title": "Photo release forms: Open Day", "Author": "Example Council", "Creator": "imgvet"}
    assert b"/Lang (en)" in pdf
    assert b"/DisplayDocTitle true" in pdf
    assert b"/Marked true" in pdf


def tree(page: pypdfium2.PdfPage) -> list[tuple[int, str, str]]:
    """The parts of a tagged page: depth, kind, alternative text."""
    root = raw.FPDF_StructTree_GetForPage(page.raw)

    def text_of(read: Any, element: Any) -> str:
        buffer = ctypes.create_string_buffer(2000)
        length = read(element, buffer, len(buffer))
        return buffer.raw[: max(0, length - 2)].decode("utf-16-le")

    def walk(element: Any, depth: int) -> Iterator[tuple[int, str, str]]:
        yield (
            depth,
            text_of(raw.FPDF_StructElement_GetType, element),
            text_of(raw.FPDF_StructElement_GetAltText, element),
        )
        for number in range(raw.FPDF_StructElement_CountChildren(element)):
            child = raw.FPDF_StructElement_GetChildAtIndex(element, number)
            if child:
                yield from walk(child, depth + 1)

    found: list[tuple[int, str, str]] = []
    for number in range(raw.FPDF_StructTree_CountChildren(root)):
        found += walk(raw.FPDF_StructTree_GetChildAtIndex(root, number), 0)
    return found


def test_a_pdf_has_headings_lists_and_a_description_of_its_code_for_a_screen_reader() -> None:
    forms = pile(2)
    for form, page in zip(forms.forms, pypdfium2.PdfDocument(write_forms_pdf(forms)), strict=True):
        parts = tree(page)
        kinds = [kind for _, kind, _ in parts]
        assert kinds.count("H1") == 1
        assert kinds.count("H2") == 3 + len(form.text.parts)
        assert kinds.count("LI") == kinds.count("LBody") == 6 + len(form.text.know)
        assert [alt for _, kind, alt in parts if kind == "Figure"] == [
            f"Square code with the number of this form: {form.reference}"
        ]


# The web page


class Controls(HTMLParser):
    """What a page's form is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open_labels = 0
        self.unlabelled: list[dict[str, str | None]] = []
        self.feed(text)
        self.labelled = {attributes["for"] for tag, attributes in self.tags if tag == "label" and "for" in attributes}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self.open_labels += tag == "label"
        if tag == "input" and not self.open_labels:
            self.unlabelled.append(dict(attributes))

    def handle_endtag(self, tag: str) -> None:
        self.open_labels -= tag == "label"


def test_a_page_has_a_label_for_every_field_and_no_box_is_ticked() -> None:
    seen = Controls(write_forms_html(pile(3)).decode())
    inputs = [attributes for tag, attributes in seen.tags if tag == "input"]
    assert len([each for each in inputs if each["type"] == "checkbox"]) == 3 * (6 + 6 + 6 + 2)
    assert not any("checked" in each or "value" in each for each in inputs)
    assert all(each.get("id") in seen.labelled for each in seen.unlabelled)
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [attributes["aria-labelledby"] for _, attributes in seen.tags if "aria-labelledby" in attributes]
    assert set(named) <= set(ids)


def test_a_page_needs_nothing_else_and_runs_no_script() -> None:
    text = write_forms_html(pile()).decode()
    assert '<html lang="en">' in text
    assert not re.search(r"<script|\bon[a-z]+=|src=\"|href=|url\((?!data:font/ttf)", text)


def test_words_of_a_profile_cannot_become_markup_on_a_page() -> None:
    text = write_forms_html(pile(about=occasion(event="<b onclick=x>&amp;\u202e"))).decode()
    assert "&lt;b onclick=x&gt;&amp;amp;[U+202E]" in text
    assert "<b " not in text


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to print the page with")
@pytest.mark.parametrize(("text", "event"), [(OURS, "Fête"), (LONG, LONG_EVENT)], ids=["short", "long"])
def test_a_browser_prints_a_form_a_page_with_codes_that_can_be_read(tmp_path: Path, text: str, event: str) -> None:
    forms = pile(3, occasion(text, event))
    (tmp_path / "forms.html").write_bytes(write_forms_html(forms))
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'user'}"]
    command += ["--no-pdf-header-footer", "--print-to-pdf=forms.pdf", "forms.html"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    pdf = (tmp_path / "forms.pdf").read_bytes()
    for form, page, said in zip(forms.forms, pypdfium2.PdfDocument(pdf), page_texts(pdf), strict=True):
        assert decoded(page) == form.reference
        assert f"Form {form.number} of {form.of} ({form.text.kind})" in said
        assert said.index("In register on") < said.index(f"Form {form.number} of")
        dark = np.argwhere(picture(page, 1)[:, :, 0] < 128)
        assert dark[:, 0].max() <= page.get_height() - 15


# The command


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(OURS, encoding="utf-8")
    return path


def test_a_numbered_pile_is_written_with_numbers_that_nobody_else_gets(
    imgvet: Imgvet, tmp_path: Path, ours: Path
) -> None:
    words = ["release", "form", "--event", "Open Day", "--date", "2026-06-14", "--profile", ours]
    words += ["--register", "r.db", "--count", "50", "--adult"]
    first, second = imgvet(*words, "--out", "one.pdf"), imgvet(*words, "--out", "two.html")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "50 adult forms: EXC-2026-001 to EXC-2026-050." in first.err
    assert "50 adult forms: EXC-2026-051 to EXC-2026-100." in second.err
    pages = page_texts((tmp_path / "one.pdf").read_bytes())
    assert [re.findall(r"Number of this form: (\S+)", page) for page in pages] == [
        [f"EXC-2026-{number:03}"] for number in range(1, 51)
    ]
    assert "Form 3 of 50" in pages[2]
    assert re.findall(r'class="number">[^<]*<strong>([^<]+)', (tmp_path / "two.html").read_text("utf-8")) == [
        f"EXC-2026-{number:03}" for number in range(51, 101)
    ]
    with open_register(tmp_path / "r.db") as register:
        assert register.next_reference("EXC", 2026) == "EXC-2026-101"


def test_both_kinds_are_written_where_none_is_named(imgvet: Imgvet, tmp_path: Path, ours: Path) -> None:
    done = imgvet("release", "form", "--event", "Fête", "--profile", ours, "--register", "r.db", "--out", "both.pdf")
    assert done.code == 0, done.err
    adult, child = page_texts((tmp_path / "both.pdf").read_bytes())
    assert "form for adults" in adult
    assert "form for a child" in child
    assert not list(tmp_path.glob("*.unfinished"))


def test_nobody_s_name_gets_from_the_register_onto_a_blank_form(imgvet: Imgvet, tmp_path: Path, ours: Path) -> None:
    with open_register(tmp_path / "r.db") as register:
        signed = Release("EXC-2026-001", "Zora Planted", "zora@planted.example", TODAY, "Tam Planted")
        register.add([signed], "Pat Planted")
    for name in ("a.pdf", "a.html"):
        words = ["--event", "Fête", "--date", "2026-06-14", "--profile", ours, "--register", "r.db", "--out", name]
        assert imgvet("release", "form", *words).code == 0
    assert "Planted" not in " ".join(page_texts((tmp_path / "a.pdf").read_bytes()))
    assert b"lanted" not in (tmp_path / "a.html").read_bytes()
    assert "EXC-2026-002" in page_texts((tmp_path / "a.pdf").read_bytes())[0]  # the signed form's number is taken


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--event", " "], "--event is empty"),
        (["--out", "form.docx"], "neither .pdf nor .html"),
        (["--out", "none/form.pdf"], "No number was used up"),
        (["--out", "taken.pdf"], "is there already"),
        (["--channels", "flickr,myspace"], "no channel 'myspace'"),
        (["--channels", " ,"], "names none"),
        (["--date", "2026-06-14", "--from", "2026-06-14"], "--date is for one day"),
        (["--until", "2026-06-14"], "without --from"),
        (["--from", "2026-06-14", "--until", "2026-06-13"], "--until is before --from"),
        (["--count", "0"], "--count"),
        (["--count", "501"], "--count"),
        (["--language", "cy"], "no forms in the language 'cy'"),
        (["--profile", "general"], "names no organisation"),
        (["--event", "日"], "U+65E5"),
        (["--event", "word " * 900], "does not fit on one page"),
    ],
)
def test_what_cannot_be_printed_is_refused_and_no_number_is_used_up(
    imgvet: Imgvet, tmp_path: Path, ours: Path, words: list[str], told: str
) -> None:
    (tmp_path / "taken.pdf").write_bytes(b"a signed form")
    given = {"--event": "Open Day", "--out": "form.pdf", "--profile": str(ours), "--register": "r.db"}
    given |= dict(zip(words[::2], words[1::2], strict=True))
    done = imgvet("release", "form", *(word for pair in given.items() for word in pair))
    assert done.code == 2, done.err
    assert told in " ".join(done.err.split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ours.toml", "taken.pdf"]
    assert (tmp_path / "taken.pdf").read_bytes() == b"a signed form"


def test_a_channel_that_nothing_describes_is_refused_with_the_key_to_set() -> None:
    with pytest.raises(UsageError, match="'intranet'") as caught:
        texts(occasion(f"{OURS}[channels.intranet]\n"))
    assert "where = { intranet = " in caught.value.hint


def test_a_profile_without_any_way_to_reach_the_office_is_refused() -> None:
    with pytest.raises(UsageError, match="how people can withdraw their permission") as caught:
        occasion('[organisation]\nname = "A"\n')
    assert "releases.withdraw_to" in caught.value.hint


@pytest.mark.parametrize("name", ["west-midlands-police", "avon-and-somerset-police", "staffordshire-police"])
def test_the_police_profiles_can_print_forms_as_they_come(name: str) -> None:
    about = form_context(load_profile(name)[0], "Open Day", OPEN_DAY, None, TODAY)
    for text in texts(about):
        check_printable(text)


def test_a_failed_write_says_which_numbers_are_lost(
    tmp_path: Path, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are on no paper, and the next pile has others."""

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    asked = {"event": "Fête", "profile": str(ours), "register": tmp_path / "r.db", "count": 5, "adult": True}
    with monkeypatch.context() as patched:
        patched.setattr("imgvet.atomic_files.write_atomic", full)
        with pytest.raises(ImgvetError, match="The disk is full") as caught:
            command.form(out=tmp_path / "a.pdf", **asked)  # type: ignore[arg-type]
    year = date.today().year
    assert f"EXC-{year}-001 to EXC-{year}-005 will not be used again" in caught.value.reason
    assert not list(tmp_path.glob("a.pdf*"))
    command.form(out=tmp_path / "a.pdf", **asked)  # type: ignore[arg-type]
    assert f"EXC-{year}-006" in page_texts((tmp_path / "a.pdf").read_bytes())[0]


def test_where_describes_channels_that_there_are() -> None:
    with pytest.raises(ImgvetError, match=r"releases.where describes 'myspace', which is not a channel"):
        profile(f'{OURS}where = {{ myspace = "x" }}\n')


def test_a_pile_is_its_forms_one_kind_after_the_other() -> None:
    forms = pile(2)
    assert [(form.text.kind, form.number, form.of) for form in forms.forms] == [
        ("adult", 1, 2),
        ("adult", 2, 2),
        ("child", 1, 2),
        ("child", 2, 2),
    ]
    assert forms.texts == texts()
    assert replace(forms, forms=forms.forms[:1]).forms == (BlankForm(texts()[0], "EXC-2026-001", 1, 2),)


def test_who_printed_which_numbers_stands_in_the_history(imgvet: Imgvet, tmp_path: Path) -> None:
    """Where a name is given."""
    (tmp_path / "ours.toml").write_text(OURS, encoding="utf-8")
    words = ("--event", "Open Day", "--profile", "ours.toml", "--adult", "--count", 3, "--date", "2026-06-14")
    assert imgvet("release", "form", *words, "--out", "a.pdf", "--by", "A. Officer").code == 0
    with open_register(tmp_path / "register.db") as register:
        (entry,) = register.history()
    assert (entry.kind, entry.by) == ("reserved", "A. Officer")
    assert entry.why.split(" to ") == [f"{entry.reference[:-1]}1", f"{entry.reference[:-1]}3"]
