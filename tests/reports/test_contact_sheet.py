"""The contact sheet: its size, its cells, and what is drawn in them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from imgvet.decisions import Answer
from imgvet.geometry import Box
from imgvet.photo import Face, Finding, Photo, Verdict
from imgvet.reports.contact_sheet import (
    SHEET_PHOTOS,
    VERDICT_COLOURS,
    Grid,
    SheetJob,
    contact_sheet,
    draw_sheets,
    sheet_jobs,
)
from imgvet.workers.answers import LostJob
from imgvet.workers.pool import SpareWorkers

Pixels = NDArray[np.uint8]

GREY_PREVIEW = bytes(cv2.imencode(".jpg", np.full((240, 320, 3), 128, np.uint8))[1])  # fills a picture area wholly


def decoded(data: bytes) -> Pixels:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def photo_with(verdict: Verdict, *faces: Face) -> Photo:
    findings = () if verdict is Verdict.READY else (Finding("a-rule", verdict, "A reason."),)
    return Photo("IMG_1.JPG", 1, width=3200, height=2400, name="open-day-001.jpg", faces=faces, findings=findings)


def only_cell(photo: Photo, preview: bytes | None = GREY_PREVIEW) -> tuple[Pixels, Pixels]:
    """The picture area and the verdict band of a sheet with that one photo."""
    cells, sheet = Grid(1), decoded(contact_sheet([(photo, preview)], "Open day"))
    place = cells.cell(0)
    cell = sheet[place.top : place.bottom, place.left : place.right]
    return cell[: cells.picture_height], cell[cells.picture_height + cells.line_height :]


def changed(picture: Pixels) -> NDArray[np.bool_]:
    """Where the drawn picture is no longer the plain grey of the preview; JPEG noise aside."""
    return np.asarray(np.abs(picture.astype(int) - 128).max(axis=2) > 40)


def test_the_sheet_is_a_jpeg_of_the_size_that_the_grid_says_without_metadata() -> None:
    """It decodes, and holds no APP segment but JFIF, and no comment."""
    data = contact_sheet([(photo_with(Verdict.READY), GREY_PREVIEW)] * 7, "Open day")
    cells = Grid(7)
    assert decoded(data).shape == (cells.height, cells.width, 3)
    assert data.startswith(b"\xff\xd8\xff\xe0")
    assert not any(marker in data[:600] for marker in (b"Exif", b"http", b"ICC_PROFILE", b"\xff\xfe"))


@pytest.mark.parametrize("count", range(1, SHEET_PHOTOS + 1))
def test_every_cell_lies_on_its_sheet_and_the_sheet_opens_anywhere(count: int) -> None:
    """Up to thirty photos make no picture larger than a phone shows."""
    cells = Grid(count)
    assert max(cells.width, cells.height) <= 2400
    assert cells.cell(count - 1).bottom <= cells.height
    assert max(cells.cell(index).right for index in range(count)) <= cells.width


@pytest.mark.parametrize(("count", "sheets"), [(0, 1), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3)])
def test_a_sheet_has_thirty_photos_and_says_which_it_is(count: int, sheets: int) -> None:
    """A batch of up to thirty has one without a number; of several each takes its own when it is asked for."""
    taken = []

    def entries() -> Iterator[tuple[Photo, bytes]]:
        for number in range(count):
            taken.append(number)
            yield photo_with(Verdict.READY), GREY_PREVIEW

    jobs = sheet_jobs(entries(), count, "Open day")
    first = next(jobs)
    assert len(taken) == min(count, SHEET_PHOTOS)
    made = [first, *jobs]
    assert [job.number for job in made] == list(range(1, sheets + 1))
    assert [len(job.entries) for job in made[:-1]] == [SHEET_PHOTOS] * (sheets - 1)
    assert first.heading == (f"Sheet 1 of {sheets}: Open day" if sheets > 1 else "Open day")
    assert len(taken) == count


def test_a_photo_says_its_state_for_each_of_several_channels() -> None:
    """In place of the one verdict; each sheet carries those of its own photos."""
    photos = [replace(photo_with(Verdict.READY), number=number) for number in (1, 40)]
    said = {1: "flickr: ready · x: kept out", 40: "flickr: ready · x: open"}
    (job,) = sheet_jobs(((photo, GREY_PREVIEW) for photo in photos), 2, "Open day", said | {41: "of no photo"})
    assert job.bands == said
    drawn = contact_sheet(job.entries, job.heading, job.bands)
    assert drawn != contact_sheet(job.entries, job.heading)
    assert drawn != contact_sheet(job.entries, job.heading, {1: said[40], 40: said[1]})


@pytest.mark.slow
def test_sheets_are_drawn_by_workers_and_one_that_ends_its_worker_is_drawn_without_pictures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A preview comes from a stranger's file, so it is not opened in the process of the person."""
    shown = ((photo_with(Verdict.READY), GREY_PREVIEW),) * 2
    jobs = [SheetJob(1, "One", shown), SheetJob(2, "Two", shown)]
    with SpareWorkers() as spare:
        drawn = dict(draw_sheets(jobs, 2, spare))
    assert drawn == {job.number: contact_sheet(shown, job.heading) for job in jobs}
    given = []

    def losing(*words: Any, **_limits: Any) -> Iterator[tuple[SheetJob, object]]:
        for job in words[2]:
            given.append(job)
            yield job, LostJob("It died.") if job.entries[0][1] else b"drawn"

    monkeypatch.setattr("imgvet.reports.drawing.run_jobs", losing)
    assert list(draw_sheets(jobs, 2, spare)) == [(1, b"drawn"), (2, b"drawn")]
    assert [preview for job in given[2:] for _, preview in job.entries] == [None] * 4


def test_cells_do_not_overlap() -> None:
    """Neighbours keep a gap, across and down."""
    cells = Grid(6)
    assert cells.cell(1).left - cells.cell(0).right == cells.gap
    assert cells.cell(cells.columns).top - cells.cell(0).bottom == cells.gap


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_cell_shows_its_verdict_by_colour_and_by_word(verdict: Verdict) -> None:
    """The band has the verdict's colour at its end and white letters at its beginning."""
    _, band = only_cell(photo_with(verdict))
    plain = band[3:-3, -40:-3].reshape(-1, 3).mean(axis=0)
    assert np.abs(plain - VERDICT_COLOURS[verdict]).max() < 12
    assert (band[:, :120].min(axis=2) > 200).sum() > 20


def test_bands_of_different_verdicts_carry_different_words() -> None:
    """The letters differ, not only the colours."""
    letters = [only_cell(photo_with(verdict))[1].min(axis=2) > 170 for verdict in Verdict]
    for number, one in enumerate(letters):
        assert all((one != other).any() for other in letters[number + 1 :])


def test_white_words_stand_out_from_every_verdict_colour() -> None:
    """WCAG 2.2 AA: a contrast of 4.5 to 1."""
    for blue, green, red in VERDICT_COLOURS.values():
        parts = [part / 255 for part in (red, green, blue)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5


def test_a_face_is_outlined_and_numbered_where_it_is() -> None:
    """The picture changes on the box's edge and just above its corner, not in its middle and not far away."""
    face = Face(1, Box(1600, 1200, 2400, 2000), 0.9)  # in the cell: left 180, top 135, right 270, bottom 225
    picture, _ = only_cell(photo_with(Verdict.RELEASE, face))
    touched = changed(picture)
    assert touched[150:210, 178:184].any(axis=1).all()
    assert touched[120:134, 180:190].any()
    assert not touched[150:210, 195:255].any()
    assert not touched[:110].any()
    assert not touched[:, :170].any()


def test_open_faces_are_red_and_answered_ones_blue_green() -> None:
    """The frame's colour tells whether someone answered."""
    box = Box(1600, 1200, 2400, 2000)
    open_frame = only_cell(photo_with(Verdict.RELEASE, Face(1, box, 0.9)))[0][150:210, 180:182].mean(axis=(0, 1))
    answered = only_cell(photo_with(Verdict.READY, Face(1, box, 0.9, resolved=Answer("staff"))))[0][150:210, 180:182]
    blue, green, red = open_frame
    assert red > 150 > max(blue, green)
    blue, green, red = answered.mean(axis=(0, 1))
    assert min(blue, green) > red + 40


def test_the_frame_of_a_possible_face_is_broken() -> None:
    """Dashes leave a good part of the edge as it was."""
    box = Box(800, 800, 2400, 2200)
    whole = changed(only_cell(photo_with(Verdict.RELEASE, Face(1, box, 0.9)))[0])
    broken = changed(only_cell(photo_with(Verdict.RELEASE, Face(1, box, 0.2, possible=True)))[0])
    edge = np.s_[110:240, 89:93]
    assert whole[edge].any(axis=1).all()
    assert 0.3 < broken[edge].any(axis=1).mean() < 0.8


def test_different_numbers_look_different() -> None:
    """A face's number is written, not merely a tag."""
    box = Box(1600, 1200, 2400, 2000)
    pictures = [only_cell(photo_with(Verdict.RELEASE, Face(number, box, 0.9)))[0] for number in (1, 2, 3)]
    assert (changed(pictures[0][115:136]) != changed(pictures[1][115:136])).any() or (
        np.abs(pictures[0].astype(int) - pictures[1]).max() > 60
    )
    assert np.abs(pictures[1].astype(int) - pictures[2]).max() > 60


@pytest.mark.parametrize("box", [Box(0, 0, 100, 80), Box(3100, 2300, 3200, 2400), Box(-50, -50, 4000, 3000)])
def test_a_face_at_the_border_is_numbered_inside_the_picture(box: Box) -> None:
    """Neither the tag nor the frame leaves the picture, and the sheet is drawn."""
    picture, _ = only_cell(photo_with(Verdict.RELEASE, Face(12, box, 0.9)))
    assert (picture.min(axis=2) > 200).any()


def test_a_narrow_picture_is_centred_and_not_stretched() -> None:
    """A portrait keeps its shape between plain borders."""
    black = bytes(cv2.imencode(".jpg", np.zeros((400, 200, 3), np.uint8))[1])
    picture, _ = only_cell(replace(photo_with(Verdict.READY), width=1000, height=2000), black)
    dark = np.flatnonzero(picture[100].max(axis=1) < 60)
    assert abs(len(dark) - picture.shape[0] / 2) <= 3
    assert abs(dark[0] - (picture.shape[1] - 1 - dark[-1])) <= 2


@pytest.mark.parametrize("preview", [None, b"", b"no picture at all"])
def test_a_photo_without_a_picture_has_a_grey_cell_with_words(preview: bytes | None) -> None:
    """A missing or damaged preview costs nothing but its picture."""
    picture, _ = only_cell(photo_with(Verdict.READY), preview)
    assert (picture.max(axis=2) < 110).sum() > 20
    assert np.ptp(picture[5, 5].astype(int)) < 20
    assert 150 < picture[5, 5].mean() < 225


def test_a_failed_photo_shows_its_reason_and_never_its_picture() -> None:
    """Different reasons read differently; a preview that came along is not shown."""
    reasons = ["The file ends early.", "The file is too large. " * 40, "Wort" * 200, "caf\udce9\u202e\n\t", " "]
    cells = [only_cell(Photo("x.jpg", error=reason))[0] for reason in reasons]
    assert all(150 < cell[5, 5].mean() < 225 for cell in cells)
    assert all(np.abs(cells[0].astype(int) - other).max() > 60 for other in cells[1:])


def test_long_and_odd_headings_fit() -> None:
    """A heading of any length and any letters leaves the sheet's size alone."""
    plain = decoded(contact_sheet([], ""))
    odd = decoded(contact_sheet([], "Łódź © \u202e\ud800 " * 60))
    assert odd.shape == plain.shape
    assert (odd[:, -4:] == plain[:, -4:]).all()


def test_accents_and_the_copyright_sign_are_drawn() -> None:
    """They are letters of their own, not question marks."""
    pictures = [decoded(contact_sheet([], text)).astype(int) for text in ("?", "©", "é", "Ł")]
    for number, one in enumerate(pictures):
        assert all(np.abs(one - other).max() > 100 for other in pictures[number + 1 :])
