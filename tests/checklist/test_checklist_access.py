"""The checklist for everybody: read aloud, by keyboard, in large letters, without colours, on a phone and on paper.

A browser with axe-core looks at the page as it is shown; where there is none, those tests are skipped. What needs no
browser is held by reading the page: its order, its names, and the colours of its style sheet.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from imgvet.checklist.page import PhotoEntry, write_page
from imgvet.photo import Face
from support.checklist_pages import (
    OPEN_DAY,
    PAGES,
    a_page,
    an_entry,
    compact_page,
    every_standing,
    faces_of_every_standing,
    many,
    no_part,
    page_file,
)
from support.chromium import axe_findings, some_chromium
from support.read_pages import Element, Tree

PHONE, SMALLEST, DESK = 390, 320, 1280  # CSS pixels across; WCAG 1.4.10 asks for 320 without scrolling sideways


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    with some_chromium() as opened:
        yield opened


def opened(browser: Browser, path: Path, width: int = DESK, media: Any = "screen") -> Page:
    """The page as a browser shows it, all of it laid out; the test may do in it what the page itself may not."""
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    page.emulate_media(media=media)
    page.goto(path.as_uri())
    page.add_style_tag(content=".photo { content-visibility: visible !important; }")
    return page


def axe(page: Page, leave_out: Sequence[str] = ()) -> dict[str, Any]:
    """What axe-core says of the page, which is closed then."""
    found = axe_findings(page, leave_out)
    page.close()
    return found


LOOKS = [
    ("every-standing", DESK, "screen"),
    ("every-standing", SMALLEST, "screen"),
    ("every-standing", DESK, "print"),
    ("crowd", DESK, "screen"),
    *((name, DESK, "screen") for name in PAGES if name not in ("every-standing", "crowd", "one-a-page")),
]


@pytest.mark.parametrize(("name", "width", "media"), LOOKS)
def test_axe_finds_nothing_against_the_page(
    browser: Browser, tmp_path: Path, name: str, width: int, media: str
) -> None:
    """axe-core, asked for WCAG 2.2 AA and its own best practice, has no objection and no doubt.

    The one doubt let pass is about the contrast of numbers of one or two letters on the picture, which another test
    measures.
    """
    page = opened(browser, page_file(tmp_path / "checklist.html", *PAGES[name]), width, media)
    found = axe(page, leave_out=["target-size"] if media == "print" else [])  # nobody clicks on paper
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    doubts = [(each["id"], node["html"]) for each in found["incomplete"] for node in each["nodes"]]
    assert [each for each in doubts if not re.fullmatch(r"<b>(?:\d+|[A-Z]+)[✓✗?]?</b>|<b>mark \d+</b>", each[1])] == []
    assert {"color-contrast", "heading-order", "image-alt", "landmark-one-main", "document-title"} <= {
        each["id"] for each in found["passes"]
    } | ({"image-alt"} if name in ("failed", "empty") else set())


def test_axe_would_find_something(browser: Browser, tmp_path: Path) -> None:
    """Spoilt in three ways, the page has three objections: the checker is at work."""
    path = page_file(tmp_path / "checklist.html", *PAGES["every-standing"])
    html = path.read_text(encoding="utf-8")
    html = re.sub(r' alt="Preview[^"]*"', "", html, count=1)
    html = html.replace("--soft: #4c5866", "--soft: #b0b8c0").replace('<html lang="en-GB">', "<html>")
    path.write_text(html, encoding="utf-8")
    page = opened(browser, path)
    found = axe(page)
    assert {each["id"] for each in found["violations"]} == {"image-alt", "color-contrast", "html-has-lang"}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [SMALLEST, PHONE, DESK])
def test_nothing_has_to_be_scrolled_sideways(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    """WCAG 1.4.10: also on the smallest screen, which is as wide as a large one at 400 per cent."""
    page = opened(browser, page_file(tmp_path / "checklist.html", *PAGES[name]), width)
    widest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('body *')].map(each => each.getBoundingClientRect().right))"
    )
    scrolled = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert max(widest, scrolled) <= width


def test_text_may_be_spaced_out(browser: Browser, tmp_path: Path) -> None:
    """WCAG 1.4.12: with the spacing that some readers need, no text is cut off and none runs out of its box."""
    page = opened(browser, page_file(tmp_path / "checklist.html", *PAGES["every-standing"]), PHONE)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
    )
    widest = page.evaluate("document.documentElement.scrollWidth")
    cut = page.evaluate(
        "[...document.querySelectorAll('td, th, li, p, dd, h1, h2, h3')].filter(each => each.clientHeight && "
        "each.scrollHeight > each.clientHeight + 2 && getComputedStyle(each).overflowY != 'visible').length"
    )
    page.close()
    assert (widest, cut) == (PHONE, 0)


def test_the_keyboard_goes_through_the_page_in_reading_order(browser: Browser, tmp_path: Path) -> None:
    """First the way to the photos, then links from top to bottom as they stand on the screen; nothing else stops it."""
    page = opened(browser, page_file(tmp_path / "checklist.html", *PAGES["every-standing"]))
    stops: list[dict[str, Any]] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "(({activeElement: at}) => ({tag: at.tagName, href: at.getAttribute('href'), "
            "top: at.getBoundingClientRect().top + scrollY, outline: getComputedStyle(at).outlineStyle}))(document)"
        )
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    page.close()
    assert (stops[0]["href"], {each["tag"] for each in stops}) == ("#photos", {"A"})
    tops = [each["top"] for each in stops[1:]]
    assert len(tops) > 10
    assert tops == sorted(tops)
    assert {each["outline"] for each in stops} == {"solid"}


def test_the_counts_are_read_before_the_photos(browser: Browser, tmp_path: Path) -> None:
    """A screen reader is told what the eye sees: what is written last, because it counts, stands first."""
    page = opened(browser, page_file(tmp_path / "checklist.html", *PAGES["every-standing"]))
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    page.close()
    by_id = {each["nodeId"]: each for each in tree}

    def in_order(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for child in node.get("childIds", []):
            yield from in_order(by_id[child])

    told = [(each.get("role", {}).get("value"), each.get("name", {}).get("value", "")) for each in in_order(tree[0])]
    headings = [name for role, name in told if role == "heading" and not name.startswith(("What", "Boxes"))]
    assert headings[:5] == [
        OPEN_DAY.text,
        "At a glance",
        "Declaration for the whole batch",
        "How to fill this in, and import it",
        "Photos to look at",
    ]
    assert Counter(role for role, _ in told)["main"] == 1
    columns = [name for role, name in told if role == "columnheader"]
    assert {"Under 18?", "Channels allowed", "Decision, tick one"} <= set(columns)


def printed(browser: Browser, path: Path) -> list[str]:
    """The text of each page of paper."""
    page = browser.new_page()
    page.goto(path.as_uri())
    data = page.pdf(prefer_css_page_size=True, tagged=True)
    page.close()
    with pypdfium2.PdfDocument(data) as document:
        assert {(round(sheet.get_width()), round(sheet.get_height())) for sheet in document} == {(595, 842)}  # A4
        return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in document]


@pytest.mark.parametrize("name", ["every-standing", "crowd", "empty", "polish"])
def test_every_sheet_of_paper_is_known_again(browser: Browser, tmp_path: Path, name: str) -> None:
    """Each carries its number, how many there are, the event, and that it stays in the office."""
    sheets = printed(browser, page_file(tmp_path / "checklist.html", *PAGES[name]))
    for number, sheet in enumerate(sheets, 1):
        assert f"Page {number} of {len(sheets)}" in sheet
        assert "Office use only – not for publication" in sheet
        assert PAGES[name][0].event.text in sheet


def test_each_sheet_of_a_crowd_says_whose_faces_it_has(browser: Browser, tmp_path: Path) -> None:
    """The table's head is printed on every sheet, rows stay whole, and each face stands on paper once."""
    sheets = printed(browser, page_file(tmp_path / "checklist.html", *PAGES["crowd"]))
    with_faces = [sheet for sheet in sheets if re.search(r"\bFace \d", sheet)]
    assert len(with_faces) > 3
    assert all("Photo 1 Who, and which form" in sheet for sheet in with_faces)
    assert [int(each) for sheet in sheets for each in re.findall(r"\bFace (\d+)\b", sheet)] == list(range(1, 41))
    for sheet in with_faces:
        assert sheet.count("Same person as") == sheet.count("Initials")


def test_the_compact_page_has_fifteen_faces_on_each_sheet_of_paper(browser: Browser, tmp_path: Path) -> None:
    """Nothing is cut, no heading is left alone, and every sheet says whose it is."""
    path = tmp_path / "compact.html"
    path.write_text(compact_page(40), encoding="utf-8")
    sheets = printed(browser, path)
    assert [sheet.count("Under 18") for sheet in sheets] == [15, 15, 10]
    for number, sheet in enumerate(sheets, 1):
        assert f"Page {number} of 3" in sheet
        assert "Who, and which form" in sheet
        assert OPEN_DAY.text in sheet
        assert sheet.count("not identifiable") == sheet.count("Under 18")
    found = axe(opened(browser, path))
    assert [each["id"] for each in found["violations"]] == []


def test_one_photo_a_page_begins_each_on_a_sheet_of_its_own(browser: Browser, tmp_path: Path) -> None:
    """No sheet shows two photos then; otherwise sheets are shared."""
    shared = printed(browser, page_file(tmp_path / "a.html", *PAGES["every-standing"]))
    alone = printed(browser, page_file(tmp_path / "b.html", *PAGES["one-a-page"]))
    heading = r"Photo \d: open-day"
    assert max(len(re.findall(heading, sheet)) for sheet in alone) == 1
    assert max(len(re.findall(heading, sheet)) for sheet in shared) > 1
    assert sum(len(re.findall(heading, sheet)) for sheet in alone) == 7


def test_a_large_batch_opens_whole(browser: Browser, tmp_path: Path) -> None:
    """Two hundred photos: the last one is there, and so are the counts."""
    path = page_file(tmp_path / "checklist.html", a_page(), many(200))
    page = browser.new_page()
    page.goto(path.as_uri())
    last = page.locator("#photo-200 img").first
    assert last.evaluate("each => each.decode().then(() => each.naturalWidth)") == 720
    assert page.locator(".counts b").first.inner_text() == "200"
    page.close()


# -- without a browser


@pytest.fixture(params=sorted(PAGES))
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Element:
    """Each of the pages, read back."""
    path = page_file(tmp_path / "checklist.html", *PAGES[request.param])
    return Tree(path.read_text(encoding="utf-8")).root


def test_headings_go_down_one_step_at_a_time_and_say_something(tree: Element) -> None:
    """One h1, the event; no level is left out, none is empty, and each photo's says its number."""
    headings = list(tree.all("h1", "h2", "h3", "h4"))
    levels = [int(each.tag[1]) for each in headings]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert all(each.spoken for each in headings)
    names = [each.spoken for each in headings if each.tag == "h3"]
    assert len(set(names)) == len(names)


def test_the_language_and_the_title_are_told(tree: Element) -> None:
    """British English; texts that people wrote may run the other way and turn nothing else round."""
    (html,), (title,) = tree.all("html"), tree.all("title")
    assert html.attributes["lang"] == "en-GB"
    assert title.spoken.startswith("Release-form checklist: ")
    (heading,) = tree.all("h1")
    assert [each.tag for each in heading.all()] == ["bdi"]


def test_ids_are_the_only_ones_and_whatever_points_at_one_finds_it(tree: Element) -> None:
    """Links within the page and names of regions lead somewhere."""
    ids = [each.attributes["id"] for each in tree.all() if "id" in each.attributes]
    assert len(set(ids)) == len(ids)
    pointed = [each.attributes["aria-labelledby"] for each in tree.all() if "aria-labelledby" in each.attributes]
    pointed += [each.attributes["href"][1:] for each in tree.all("a") if each.attributes["href"].startswith("#")]
    assert set(pointed) <= set(ids)
    assert "summary" in pointed


def test_landmarks_are_few_and_have_names(tree: Element) -> None:
    """One header and one main; regions by name; photos are articles, so that they do not crowd the regions."""
    (body,) = tree.all("body")
    assert [each.tag for each in body.inside if isinstance(each, Element)] == ["a", "header", "main"]
    assert all("aria-labelledby" in each.attributes for each in tree.all("section", "article"))
    assert len(list(tree.all("section"))) <= 5
    assert all("photo" in each.classes for each in tree.all("article"))


def test_tables_have_captions_and_headers_with_a_scope(tree: Element) -> None:
    """No header is empty, every row has its own, and rows are as wide as the head."""
    for table in tree.all("table"):
        (caption,) = table.all("caption")
        assert caption.spoken
        assert all(each.spoken for each in table.all("th"))
        (head,) = table.all("thead")
        assert {each.attributes["scope"] for each in head.all("th")} == {"col"}
        width = sum(int(each.attributes.get("colspan", 1)) for each in head.all("th"))
        carried = 0
        for body in table.all("tbody"):
            for row in body.all("tr"):
                cells = list(row.all("th", "td"))
                assert carried + sum(int(each.attributes.get("colspan", 1)) for each in cells) == width
                headers = [each for each in cells if each.tag == "th"]
                assert len(headers) + carried == 1
                scopes = {"rowgroup"} if any("rowspan" in each.attributes for each in headers) else {"row"}
                assert {each.attributes["scope"] for each in headers} <= scopes
                carried = 1 if "rowspan" in str([each.attributes for each in headers]) else 0
    for header in tree.all("th"):
        assert header.attributes["scope"] in ("row", "col", "rowgroup")


def test_pictures_say_what_is_to_be_seen_in_them(tree: Element) -> None:
    """No text is empty or the same as another's in its photo; none begins with the word picture."""
    for article in tree.all("article"):
        alts = [each.attributes["alt"] for each in article.all("img")]
        assert len(set(alts)) == len(alts)
        assert all(
            re.match(r"(Preview of photo|Close-up of face|Close-up of area) (\d+|[A-Z]+)[,.] \S", alt) for alt in alts
        )


def test_a_picture_is_told_by_where_its_faces_are_and_how_they_stand() -> None:
    """Few faces are told one by one, a crowd by its number; places that findings point at are told, too."""
    faces = faces_of_every_standing()
    roots = [Tree(_html(entry)).root for entry in every_standing()]
    first = [next(each.all("img")).attributes["alt"] for each in roots if list(each.all("img"))]
    assert first[0] == "Preview of photo 1. Face 1 (open), upper left."
    assert first[1] == (
        "Preview of photo 2. Face 3 (open), upper middle; face 4 (open), upper right; "
        "face 5 (refused, to be hidden), upper right. Mark 1: lower left."
    )
    assert first[2] == (
        "Preview of photo 3. Face 7 (hidden), lower left; face 8 (WMP-2026-009), lower middle; "
        "face 9 (on-duty staff), lower right."
    )
    assert first[3] == (
        f"Preview of photo 4. {len(faces)} numbered faces, the largest first, then row by row; "
        "the table below has each."
    )


def _html(*entries: PhotoEntry) -> str:
    out = io.StringIO()
    write_page(a_page(), iter(entries), out, no_part)
    return out.getvalue()


def test_blanks_are_spoken_and_nothing_pretends_to_be_a_form(tree: Element) -> None:
    """Every line to write on is called blank, lists hold items alone, and no field forgets what is typed into it."""
    for blank in (each for each in tree.all("li") if "blank" in each.classes):
        assert re.fullmatch(r"\S.* : blank", blank.spoken)
    for each in tree.all("ul", "ol"):
        assert {child.tag for child in each.inside if isinstance(child, Element)} == {"li"}
    assert not list(tree.all("form", "input", "select", "textarea", "button", "script"))
    assert {each.attributes["tabindex"] for each in tree.all() if "tabindex" in each.attributes} <= {"-1"}


def test_what_colour_says_is_said_by_shape_and_word_too() -> None:
    """Each kind of box has a line of its own or a sign, the key names both, and verdicts are words."""
    root = Tree(_html(an_entry(1, faces_of_every_standing()))).root
    boxes = {each.classes[1]: each.spoken or _labels(each) for each in root.all("span") if "box" in each.classes}
    assert boxes["refused"].endswith("✗")
    assert boxes["answered"].endswith("✓")
    assert boxes["possible"].endswith("?")
    rules = style_rules(_html())
    lines = [
        next((rules[selector][key] for key in ("border-style", "border", "border-width") if key in rules[selector]), "")
        for selector in (".box", ".box.possible", ".box.refused", ".box.answered", ".box.finding")
    ]
    assert len(set(lines)) == len(lines)
    key = next(each for each in root.all("ul") if "key" in each.classes).spoken
    for words in (
        "solid line: needs a decision",
        "dashed line and ?: possible face",
        "double line and ✗: refused",
        "thin line and ✓",
    ):
        assert words in key


def _labels(box: Element) -> str:
    return "".join(each for child in box.all("b") for each in child.inside if isinstance(each, str))


def style_rules(html: str, *, printed: bool = False) -> dict[str, dict[str, str]]:
    """The declarations of each selector on the screen, or, laid over them, on paper."""
    sheet = html.partition("<style>")[2].partition("</style>")[0]
    screen, _, paper = sheet.partition("@media print {")
    rules: dict[str, dict[str, str]] = {}
    for text in (re.sub(r"@page \{.*", "", screen, flags=re.DOTALL), paper if printed else ""):
        for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text):
            pairs = (each.partition(":") for each in body.split(";") if ":" in each)
            values = {name.strip(): value.strip() for name, _, value in pairs}
            for selector in selectors.split(","):
                rules.setdefault(selector.strip(), {}).update(values)
    return rules


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast of two colours, 1 to 21."""
    light, dark = sorted((_brightness(one), _brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _brightness(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("printed", [False, True])
def test_all_text_of_the_style_sheet_can_be_read(printed: bool) -> None:
    """WCAG 1.4.3: 4.5 to 1 for every colour of text on its own ground, and on the page's where it has none."""
    rules = style_rules(_html(), printed=printed)
    variables = {name: value for name, value in rules[":root"].items() if name.startswith("--")}

    def colour(value: str) -> str:
        return variables[value[4:-1]] if value.startswith("var(") else value

    measured = 0
    for selector, values in rules.items():
        if "color" not in values or values["color"] == "transparent":
            continue
        grounds = [values["background"]] if "background" in values else ["var(--paper)", "var(--desk)"]
        if grounds == ["var(--tone)"]:  # numbers on the picture
            grounds = [f"var(--{tone})" for tone in ("open", "refused", "answered", "finding")]
        for ground in grounds:
            assert contrast(colour(values["color"]), colour(ground)) >= 4.5, (selector, ground)
            measured += 1
    assert measured > 20
    for line in ("--open", "--refused", "--answered", "--finding", "--soft", "--ink"):  # WCAG 1.4.11
        assert contrast(variables[line], variables["--paper"]) >= 3
    if not printed:
        assert all("outline" in values for selector, values in rules.items() if "focus-visible" in selector)


def test_a_face_is_called_by_the_number_that_is_typed_for_it() -> None:
    """``3:1`` on paper is ``3:1`` in ``imgvet decide`` and on the line for the same person."""
    root = Tree(_html(an_entry(3, (Face(1, faces_of_every_standing()[0].box, 0.9),)))).root
    rows = [each.spoken for each in root.all("th") if each.attributes.get("scope") == "row" and "Face" in each.spoken]
    assert rows == ["Close-up of face 1, upper left Face 1 written 3:1, likely open"]
