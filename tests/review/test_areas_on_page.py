"""Areas on the page: text, codes and what people draw are looked at, answered, drawn and undone as faces are."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from imgvet.batch.decisions.record import DecisionRequest, record_decisions
from imgvet.errors import UsageError
from imgvet.geometry import Box
from imgvet.photo import Area, Photo
from imgvet.review.answers import Changed, DecideBody, DrawAreaBody, decide, draw_area
from imgvet.review.context import Conflict, NotKnown
from imgvet.review.live_batch import LiveBatch
from imgvet.review.photo_rows import AreaRow, answer_options
from imgvet.review.undo import UndoBody, undo
from support.commands import run_here
from support.review_page import ReviewPage
from support.review_pages import SAMPLES, Looking, looking, serving
from support.shared import Shared
from support.sheets import Made, a_photo, make_batch

ANN, BOB = "Ann Lee", "Bob Roe"
PLATE = ((100, 300), (180, 310), (178, 340), (99, 330))
DOOR, BOARD = 1, 2  # photos of the batch with areas


def with_areas(photo: Photo, *areas: Area) -> Photo:
    return replace(photo, areas=areas, text_searched=True)


PHOTOS = (
    with_areas(
        a_photo(1, 2),
        Area(1, "vehicle-registration", Box(99, 300, 181, 341), PLATE, detail="UK registration"),
        Area(2, "protective-marking", Box(300, 300, 400, 330)),
        Area(3, "address", Box(500, 300, 560, 330), possible=True),
    ),
    a_photo(2, 1),
)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_batch(tmp_path / "b", PHOTOS, decisions={"second_person": ["misread"]})


@pytest.fixture
def live(made: Made) -> Iterator[LiveBatch]:
    batch = LiveBatch(made.path)
    yield batch
    batch.close()


def said(live: LiveBatch, kind: str, *areas: str, by: str = ANN, **more: Any) -> Changed:
    named: list[tuple[int, str]] = [(1, each) for each in areas]
    return decide(live, by, DecideBody(kind, more.pop("seen", live.seq), areas=named, **more))


def area(live: LiveBatch, letters: str) -> AreaRow:
    (row,) = live.rows([1])
    return next(each for each in row.areas if each.letters == letters)


def kinds(made: Made) -> list[str]:
    return [each.kind for each in made.folder.snapshot().decisions if each.photo]


def test_a_row_says_what_an_area_is_and_why_it_matters(live: LiveBatch) -> None:
    plate, marking, address = (area(live, letters) for letters in "ABC")
    assert (plate.what, plate.outline, plate.likely) == ("a vehicle registration (UK registration)", [*PLATE], True)
    assert plate.why == "It matters because it leads to the keeper of the vehicle."
    assert (plate.blocks, marking.blocks) == (False, True)
    assert marking.outline == [(300, 300), (399, 300), (399, 329), (300, 329)]
    assert (address.likely, address.what) == (False, "perhaps an address or a house number")
    (row,) = live.rows([1])
    assert row.alt == "Photo 1, 2 faces and 3 areas need an answer"
    assert row.left == 5
    assert {need.about_faces for need in row.needs if need.rule in {"vehicle-registration", "address"}} <= {True}


def test_an_answer_on_an_area_is_what_the_command_records(made: Made, live: LiveBatch) -> None:
    told = said(live, "fine", "A", note=" Our own car ")
    assert told.said == "May be seen: photo 1, area A"
    by_page = made.folder.snapshot().decisions[-1]
    record_decisions(made.folder, made.settings.profile, "1:A", DecisionRequest("fine", ANN, note="Our own car"))
    assert replace(by_page, at="") == replace(made.folder.snapshot().decisions[-1], at="")
    answer = area(live, "A").answer
    assert answer is not None
    assert (answer.kind, answer.label, answer.value, answer.note) == ("fine", "may be seen", "", "Our own car")
    assert area(live, "A").seen == told.entries[0]


def test_one_that_will_be_hidden_is_done(live: LiveBatch) -> None:
    before = live.rows([1])[0]
    told = said(live, "redact", "A", "B")
    assert told.said == "Hidden: photo 1, area A and photo 1, area B"
    (row,) = told.changed
    assert [each.state for each in row.areas] == ["answered", "answered", "open"]
    assert (row.left, row.picture == before.picture) == (before.left - 2, False)
    assert row.areas[0].answer is not None
    assert row.areas[0].answer.kind == "redact"


@pytest.mark.parametrize(
    ("kind", "letters", "note", "reason"),
    [
        ("fine", "A", "", "needs a reason"),
        ("fine", "B", "Ours", "which the profile blocks"),
        ("misread", "B", "", "needs a reason"),
        ("release", "A", "", "cannot be decided for an area"),
        ("staff", "A", "", "cannot be decided for an area"),
        ("redact", "D", "", "There is no area D in photo 1"),
        ("redact-area", "Z", "", "There is no area Z"),
        ("add-area", "A", "", "cannot be decided for an area"),
    ],
)
def test_what_the_command_refuses_the_page_refuses(
    made: Made, live: LiveBatch, kind: str, letters: str, note: str, reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        said(live, kind, letters, note=note)
    assert kinds(made) == []


def test_the_answer_is_for_the_area_that_was_seen(live: LiveBatch) -> None:
    key = area(live, "B").key
    said(live, "redact", "C", keys=[key])
    assert [area(live, letters).state for letters in "ABC"] == ["open", "answered", "open"]
    with pytest.raises(UsageError, match="The areas of photo 1 were found again"):
        said(live, "redact", "A", keys=["1,2,3,4"])
    with pytest.raises(NotKnown):
        said(live, "redact", "X")
    with pytest.raises(UsageError, match="not what this page sends"):
        said(live, "redact", "A", "B", keys=[key])


def test_who_comes_second_is_told(live: LiveBatch) -> None:
    seen = live.seq
    said(live, "fine", "A", note="Ours")
    with pytest.raises(Conflict) as told:
        said(live, "redact", "A", by=BOB, seen=seen)
    assert (told.value.by, told.value.words, told.value.target) == (ANN, "may be seen", "photo 1, area A")
    said(live, "redact", "B", by=BOB, seen=seen)  # of another area nobody has said anything
    said(live, "redact", "A", by=BOB, seen=seen, anyway=True)
    assert area(live, "A").answer.kind == "redact"  # type: ignore[union-attr]


def test_all_at_once_leaves_what_others_answered(made: Made, live: LiveBatch) -> None:
    seen = live.seq
    said(live, "fine", "A", note="Ours", by=BOB)
    told = said(live, "redact", "A", "B", "C", seen=seen, open_only=True)
    assert told.said == "Hidden: photo 1, area B and photo 1, area C"
    assert kinds(made) == ["fine", "redact-area", "redact-area"]
    with pytest.raises(UsageError, match="Every area has an answer already"):
        said(live, "redact", "B", open_only=True)


def test_a_second_person_approves(live: LiveBatch) -> None:
    said(live, "misread", "C")
    waiting = area(live, "C")
    assert (waiting.state, waiting.answer.waits) == ("answered", True)  # type: ignore[union-attr]
    assert live.rows([1])[0].left == 5
    with pytest.raises(UsageError):
        said(live, "approve", "C")
    said(live, "approve", "C", by=BOB)
    assert live.rows([1])[0].left == 4
    assert area(live, "C").answer.approved_by == BOB  # type: ignore[union-attr]


def test_undo_brings_back_what_was_valid(made: Made, live: LiveBatch) -> None:
    first = said(live, "fine", "A", note="Ours")
    second = said(live, "redact", "A")
    told = undo(live, ANN, UndoBody(second.entries, live.seq))
    assert told.said == "Undone: photo 1, area A: may be seen again"
    assert area(live, "A").answer.note.startswith("Ours · entry undone")  # type: ignore[union-attr]
    undo(live, ANN, UndoBody([*first.entries, *told.entries], live.seq))
    assert (area(live, "A").state, area(live, "A").answer) == ("open", None)
    assert kinds(made) == ["fine", "redact-area", "fine", "reopen-area"]


def test_undo_asks_where_somebody_answered_since(live: LiveBatch) -> None:
    first = said(live, "redact", "A")
    said(live, "fine", "A", by=BOB, note="Ours")
    with pytest.raises(Conflict):
        undo(live, ANN, UndoBody(first.entries, live.seq))
    said_of_photo = decide(live, ANN, DecideBody("exclude", live.seq, photos=[1], note="Blurred"))
    undo(live, ANN, UndoBody(said_of_photo.entries, live.seq))  # what was said of areas is nothing about the photo
    assert live.rows([1])[0].excluded is False


def test_what_is_drawn_is_hidden_at_once(made: Made, live: LiveBatch) -> None:
    corners = [(10.4, 10.0), (60.0, 12.0), (30.0, 50.9)]
    told = draw_area(live, ANN, DrawAreaBody(1, corners))
    assert (told.area, told.said, len(told.entries)) == ("D", "Drawn: photo 1, area D. Hidden", 2)
    assert kinds(made) == ["add-area", "redact-area"]
    drawn = area(live, "D")
    assert (drawn.outline, drawn.added, drawn.state, drawn.rule) == (
        [(10, 10), (60, 12), (30, 50)], True, "answered", "drawn",
    )  # fmt: skip
    assert live.rows([1])[0].left == 5
    again = draw_area(live, ANN, DrawAreaBody(1, corners))
    assert len(again.entries) == 1  # it is there; only the answer is new
    told = undo(live, ANN, UndoBody(told.entries, live.seq))
    assert told.said.startswith("Undone: photo 1, area D: taken away")
    still_open = draw_area(live, ANN, DrawAreaBody(2, [(1, 1), (60, 1), (60, 60), (1, 60)], kind=""))
    assert (still_open.said, still_open.changed[0].areas[0].state) == ("Drawn: photo 2, area A", "open")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (DrawAreaBody(1, [(0, 0), (50, 50), (50, 0), (0, 50)]), "cross each other"),
        (DrawAreaBody(1, [(0, 0), (50, 50)]), "fewer than three corners"),
        (DrawAreaBody(1, []), "not in the picture"),
        (DrawAreaBody(1, [(0, 0)] * 101), "more than 100 corners"),
        (DrawAreaBody(1, [(0, 0), (float("nan"), 50), (50, 0)]), "not in the picture"),
        (DrawAreaBody(1, [(0, 0), (2, 0), (2, 2)]), "each side must be at least"),
        (DrawAreaBody(9, [(0, 0), (50, 0), (50, 50)]), "There is no photo 9"),
        (DrawAreaBody(1, [(0, 0), (50, 0), (50, 50)], kind="approve"), "cannot be decided while an area is added"),
        (DrawAreaBody(1, [(0, 0), (50, 0), (50, 50)], kind="staff"), "cannot be decided while an area is added"),
    ],
)
def test_what_is_no_outline_is_refused(made: Made, live: LiveBatch, asked: DrawAreaBody, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        draw_area(live, ANN, asked)
    assert kinds(made) == []


def test_one_key_has_one_meaning_for_a_face_and_one_for_an_area(made: Made) -> None:
    options = answer_options(made.settings)
    assert len({each.kind for each in options}) == len(options)
    for about in ("face", "area"):
        keys = [each.key for each in options if each.key and (about in each.about or each.kind == "exclude")]
        assert len(set(keys)) == len(keys)
    by_kind = {each.kind: each for each in options}
    assert {"face", "area"} <= {*by_kind["redact"].about} & {*by_kind["reopen"].about} & {*by_kind["approve"].about}
    assert (by_kind["fine"].about, by_kind["fine"].key, by_kind["fine"].needs) == (["area"], "K", "reason")


# -- over a real server


def make_areas(folder: Path) -> None:
    """A front door with a street sign and a house number, and a whiteboard with a protective marking."""
    (folder / "photos").mkdir()
    for number, name in enumerate(("doorstep.jpg", "whiteboard.jpg"), 1):
        shutil.copy(SAMPLES / name, folder / "photos" / f"{number}.jpg")
    assert run_here(("batch", "photos", "--out", "b", "--event", "Open Day"), folder).code in {0, 1, 3}


@pytest.fixture
def areas_folder(tmp_path: Path, shared: Shared) -> Path:
    shared.copied(make_areas, tmp_path)
    return tmp_path


@pytest.fixture
def areas_server(areas_folder: Path) -> Iterator[ReviewPage]:
    with serving(areas_folder) as page:
        yield page


def areas_of(looker: Looking, photo: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = looker.person.photo(photo)["areas"]
    return found


@pytest.mark.slow
def test_a_hidden_area_is_in_no_picture_and_finish_writes_what_was_shown(
    areas_folder: Path, areas_server: ReviewPage
) -> None:
    """Small, enlarged, large and published pictures change at once; the published one is the file of finish."""
    person = areas_server.browser("Ann Lee")
    paths = ["/pictures/thumb/2", "/pictures/large/2", "/pictures/area/2/A", "/pictures/published/2/flickr"]
    before = [person.get(path).body for path in paths]
    letters = [each["letters"] for each in person.photo(BOARD)["areas"]]
    told = person.told("/api/decide", {"kind": "redact", "areas": [[BOARD, each] for each in letters], "seen": 99})
    assert {each["state"] for each in told["changed"][0]["areas"]} == {"answered"}
    person.told("/api/areas", {"photo": BOARD, "outline": [[20, 20], [200, 20], [110, 160]]})
    after = [person.get(path).body for path in paths]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert person.get("/pictures/area/2/Q").status == 404
    with_env = run_here(("finish", "b", "--by", "Ann Lee"), areas_folder)
    assert with_env.code in {0, 1, 3}, with_env.err
    (written,) = [path for path in (areas_folder / "b").rglob("open-day-002.jpg") if "private" not in path.parts]
    assert written.read_bytes() == after[3]


@pytest.mark.slow
@pytest.mark.browser
def test_areas_are_steps_of_the_walk(chromium: Browser, areas_server: ReviewPage) -> None:
    with looking(chromium, areas_server) as looker:
        looker.open(BOARD)
        left = int(looker.page.locator("#left strong").inner_text())
        assert looker.focused() == "area-A"
        assert "protective marking" in str(looker.page.locator("#area-A").get_attribute("aria-label"))
        looker.keys("k")  # what the profile blocks cannot be fine
        assert looker.page.locator("#asker-title").count() == 0
        looker.keys("x")
        looker.page.wait_for_selector("#asker-title")
        looker.keys("Escape", "h")
        looker.said("Hidden: photo 2, area A")
        looker.until("document.activeElement.id === 'area-B'")
        looker.keys("k")
        looker.page.wait_for_selector("#asker-title")
        assert looker.axe() == []
        looker.keys("1")
        looker.said("May be seen: photo 2, area B")
        looker.until("document.activeElement.id === 'area-C'")
        looker.keys(".")
        looker.said("area C")
        assert [each["answer"]["kind"] for each in areas_of(looker, BOARD)] == ["redact", "fine", "fine"]
        assert int(looker.page.locator("#left strong").inner_text()) == left - 3
        looker.keys("u")
        looker.said("Undone: photo 2, area C: open again")
        looker.until("document.activeElement.id === 'area-C'")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("corners", [False, True], ids=["a box", "from corner to corner"])
def test_an_area_is_drawn_by_finger(chromium: Browser, areas_server: ReviewPage, corners: bool) -> None:
    """On a tablet, without a mouse or a keyboard."""
    with looking(chromium, areas_server, viewport={"width": 820, "height": 1180}, has_touch=True) as looker:
        looker.open(DOOR)
        known = {each["letters"] for each in areas_of(looker, DOOR)}
        looker.page.get_by_role("button", name="Hide an area").tap()
        stage = looker.page.locator("#stage").bounding_box()
        assert stage
        x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
        if corners:
            looker.page.get_by_role("button", name="Corners").tap()
            for dx, dy in ((-60, 0), (60, 0), (0, 70)):
                looker.page.touchscreen.tap(x + dx, y + dy)
        else:
            session = looker.page.context.new_cdp_session(looker.page)
            for kind, points in (
                ("touchStart", [(x, y)]), ("touchMove", [(x + 40, y + 30)]), ("touchMove", [(x + 90, y + 60)]),
                ("touchEnd", []),
            ):  # fmt: skip
                given = [{"x": at[0], "y": at[1]} for at in points]
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": given})
        looker.page.get_by_role("button", name="Hide it").click()  # a tap as close behind a stroke is a double tap
        looker.said("Hidden")
        (drawn,) = [each for each in areas_of(looker, DOOR) if each["letters"] not in known]
        assert (drawn["rule"], drawn["answer"]["kind"], len(drawn["outline"])) == ("drawn", "redact", 4 - corners)


@pytest.mark.slow
@pytest.mark.browser
def test_the_light_table_shows_photos_by_what_their_areas_show(chromium: Browser, areas_server: ReviewPage) -> None:
    """What is open by each rule, what must not be published, and what somebody drew; answered ones are gone from it."""

    def shown(choice: str) -> list[str]:
        looker.page.get_by_label("Narrow down").select_option(choice)
        looker.page.wait_for_timeout(100)
        return [str(each.get_attribute("data-photo")) for each in looker.page.locator(".table-view .tile").all()]

    with looking(chromium, areas_server) as looker:
        looker.page.wait_for_selector(".table-view .tile")
        assert shown("area:open") == ["1", "2"]
        assert shown("area:blocked") == ["2"]
        assert shown("area-rule:address") == ["1"]
        assert shown("area-rule:protective-marking") == ["2"]
        looker.person.told("/api/areas", {"photo": DOOR, "outline": [[20, 20], [200, 20], [110, 160]]})
        looker.until("!!document.querySelector('option[value=\"area:drawn\"]')")
        assert shown("area:drawn") == ["1"]
        looker.person.told("/api/decide", {"kind": "redact", "areas": [[BOARD, "A"]], "seen": 99})
        looker.until("!document.querySelector('option[value=\"area:blocked\"]')")
        assert shown("area:open") == ["1", "2"], "what else is on the board is still open"


@pytest.mark.slow
@pytest.mark.browser
def test_an_area_is_drawn_by_mouse_and_by_keyboard(chromium: Browser, areas_server: ReviewPage) -> None:
    with looking(chromium, areas_server) as looker:
        looker.open(DOOR)
        known = len(areas_of(looker, DOOR))
        stage = looker.page.locator("#stage").bounding_box()
        assert stage
        x, y = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
        looker.keys("d")
        looker.page.mouse.move(x - 60, y + 40)
        looker.page.mouse.down()
        looker.page.mouse.move(x + 60, y + 90, steps=4)
        looker.page.mouse.up()
        assert looker.axe() == []
        looker.keys("Enter")
        looker.said("Hidden")
        drawn = areas_of(looker, DOOR)
        assert len(drawn) == known + 1
        assert [(each["added"], each["answer"]["kind"]) for each in drawn if each["rule"] == "drawn"] == [
            (True, "redact")
        ]
        looker.until(f"document.activeElement.id === 'area-{drawn[-1]['letters']}'")
        looker.keys("d")  # by keyboard: three corners round the cross in the middle
        looker.page.get_by_role("button", name="Corners").press("Enter")
        assert looker.axe() == []
        looker.keys(" ", *["ArrowRight"] * 6, " ", "Enter")
        looker.said("at least three corners")
        looker.keys(*["ArrowDown"] * 6, " ", "Enter")
        looker.said(f"area {chr(ord('A') + known + 1)}. Hidden")
        assert [len(each["outline"]) for each in areas_of(looker, DOOR) if each["rule"] == "drawn"] == [4, 3]
        looker.until("document.querySelector('.closeup').dataset.of === ''")  # nothing asks for its picture any more
        looker.keys("u")
        looker.said("taken away")
        assert len(areas_of(looker, DOOR)) == known + 1
        looker.keys("d")
        looker.page.get_by_role("button", name="Corners").click()
        for dx, dy in ((-200, -100), (-140, -100), (-170, -40)):
            looker.page.mouse.click(x + dx, y + dy)
        looker.page.get_by_role("button", name="Leave it open").click()
        looker.said(f"Drawn: photo 1, area {chr(ord('A') + known + 1)}")
        assert [each["state"] for each in areas_of(looker, DOOR) if each["rule"] == "drawn"].count("open") == 1


@pytest.mark.slow
@pytest.mark.browser
def test_all_areas_are_looked_at_and_hidden_with_one_button(chromium: Browser, areas_server: ReviewPage) -> None:
    with looking(chromium, areas_server) as looker:
        looker.page.get_by_role("button", name=re.compile("5 areas: hide")).click()
        looker.page.wait_for_selector(".look")
        assert looker.axe() == []
        looker.page.get_by_role("button", name=re.compile("Photo 1, area B")).click()
        looker.page.get_by_role("button", name="Hide them").click()
        looker.said("Hidden: 4 areas in 2 photos")
        assert [each["state"] for each in areas_of(looker, DOOR)] == ["answered", "open"]
        options = looker.page.locator("select[aria-label='Narrow down'] option").all_inner_texts()
        assert "Areas to look at (1)" in options


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light"), (2560, "dark"), (360, "light")])
def test_axe_finds_nothing_about_areas(chromium: Browser, areas_server: ReviewPage, width: int, scheme: Any) -> None:
    with looking(chromium, areas_server, viewport={"width": width, "height": 800}, color_scheme=scheme) as looker:
        assert looker.axe() == []
        for photo in (DOOR, BOARD):
            looker.open(photo)
            looker.page.wait_for_selector(".face.area")
            assert looker.axe() == []
            assert looker.page.evaluate("document.documentElement.scrollWidth") <= width
        assert looker.page.locator(".face.possible .outline").count() == 0
        looker.open(DOOR)
        assert looker.page.locator(".face.area.possible .outline").count() == 1


@pytest.mark.slow
@pytest.mark.browser
def test_what_somebody_draws_shows_to_others(chromium: Browser, areas_server: ReviewPage) -> None:
    with looking(chromium, areas_server) as looker, looking(chromium, areas_server, name="Bob Hay") as other:
        looker.open(BOARD)
        looker.person.told("/api/areas", {"photo": BOARD, "outline": [[20, 20], [200, 20], [110, 160]]})
        other.open(BOARD)
        other.page.wait_for_selector("#area-D.answered")
        other.person.told("/api/decide", {"kind": "redact", "areas": [[BOARD, "B"]], "seen": 99})
        looker.page.wait_for_selector("#area-B.answered")
