"""Checklists of every kind to look at and to check: each as the photos of a batch would make it."""

import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TextIO

import cv2
import numpy as np

from imgvet.checklist.compact import OpenPart, write_compact
from imgvet.checklist.page import ChecklistPage, Declaration, PhotoEntry, write_page
from imgvet.checklist.rows import open_faces
from imgvet.decisions import Answer
from imgvet.geometry import Box
from imgvet.photo import Area, Event, Face, Finding, Photo, Previews, Problem, ProblemCode, Verdict
from imgvet.profile import DecisionSettings, FaceSettings, Organisation, Profile, Question
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings
from support.pictures import landscape, portrait

QUESTIONS = [
    Question(id="minors", text="No photo shows a person under 18.", source="Guidance, 2"),
    Question(id="evidence", text="No photo may be evidence in court.", source="Guidance, 4"),
]
DECLARED = (Declaration("evidence", "A. Osei", "2026-09-14T08:12:44+00:00"),)
OPEN_DAY = Event("Open day", date(2026, 9, 12), "https://www.example.org/open-day")


def a_page(
    event: Event = OPEN_DAY, *, log: str = "34 entries, fingerprint 9f3c1a7be0d24c58", one_a_page: bool = False
) -> ChecklistPage:
    """The head of a police force's checklist, one of two statements declared."""
    profile = Profile(
        name="police",
        organisation=Organisation(name="Heddlu Enghraifft Police", press_office="01632 960 001\npress@example.org"),
        faces=FaceSettings(answers=["staff", "not-identifiable", "not-a-face"]),
        decisions=DecisionSettings(second_person=["staff"]),
        questions=QUESTIONS,
    )
    return ChecklistPage(event, profile, "flickr", "2026-09-14", DECLARED, log, one_a_page)


def faces_of_every_standing() -> tuple[Face, ...]:
    """One face for each way in which a face can stand."""
    withdrawn = Problem(ProblemCode.FORM, "Form WMP-2026-014 was withdrawn on 3 May 2026.")
    unapproved = Problem(ProblemCode.NOT_APPROVED, "The answer 'staff' needs a second person's approval.")
    refusal = Problem(ProblemCode.FORM, "Form WMP-2026-020 records a refusal.")
    said = [
        Face(1, Box(0, 0, 0, 0), 0.9),
        Face(2, Box(0, 0, 0, 0), 0.15, possible=True),
        Face(3, Box(0, 0, 0, 0), 0.9, problem=withdrawn),
        Face(4, Box(0, 0, 0, 0), 0.9, problem=unapproved),
        Face(5, Box(0, 0, 0, 0), 0.9, refused=True),
        Face(6, Box(0, 0, 0, 0), 0.9, refused=True, problem=refusal),
        Face(7, Box(0, 0, 0, 0), 0.9, resolved=Answer("redact"), refused=True),
        Face(8, Box(0, 0, 0, 0), 0.9, resolved=Answer("release", "WMP-2026-009")),
        Face(9, Box(0, 0, 0, 0), 0.9, resolved=Answer("staff")),
        Face(10, Box(0, 0, 0, 0), 1.0, resolved=Answer("not-a-face"), added=True),
    ]
    return tuple(replace(face, box=_spot(face.number, 5, 2)) for face in said)


def every_standing() -> list[PhotoEntry]:
    """A batch in which every kind of face, finding, answer and failure stands."""
    faces = faces_of_every_standing()
    plate = Finding("official-marking", Verdict.ASK, "The file itself is marked OFFICIAL.", "Ask who made it.")
    spot = Finding("plates", Verdict.ASK, "A plate can be read.", "Cover it.", box=Box(40, 700, 200, 760))
    seventh = an_entry(7, (), Finding("excluded", Verdict.BLOCKED, "It was left out by decision.", "Decide reopen."))
    few = [
        an_entry(1, faces[:1]),
        an_entry(2, faces[2:5], plate, spot),
        an_entry(3, faces[6:9]),
        an_entry(4, faces),
        an_entry(5, (), spot),
    ]
    return [
        *few,
        an_entry(6, ()),
        replace(seventh, photo=replace(seventh.photo, excluded=True)),
        PhotoEntry(Photo("/somewhere/IMG_8.JPG", 8, error="The file ends before the picture does."), None),
        PhotoEntry(replace(an_entry(9, faces[:2]).photo, name="open-day-009.jpg"), None),
    ]


def a_few() -> list[PhotoEntry]:
    """A face that waits, and three that are answered for."""
    faces = faces_of_every_standing()
    return [an_entry(1, faces[2:3]), an_entry(2, faces[6:9])]


def areas_of_every_standing() -> list[PhotoEntry]:
    """One area for each way in which an area can stand, beside a face and alone."""
    unapproved = Problem(ProblemCode.NOT_APPROVED, "The decision 'fine' needs a second person's approval.")
    box = Box(0, 0, 0, 0)
    said = [
        Area(1, "protective-marking", box, detail="OFFICIAL-SENSITIVE"),
        Area(2, "vehicle-registration", box, possible=True),
        Area(3, "address", box, problem=unapproved),
        Area(4, "machine-code", box, resolved=Answer("fine"), detail="QR code"),
        Area(5, "drawn", box, resolved=Answer("redact-area"), added=True),
    ]
    areas = tuple(replace(area, box=_spot(area.number + 5, 5, 2)) for area in said)
    return [an_entry(1, faces_of_every_standing()[:1], areas=areas), an_entry(2, (), areas=areas[:2])]


def a_crowd(faces: int = 40) -> list[PhotoEntry]:
    """One photo full of people, some of them answered for."""
    answers = [None, None, Answer("release", "WMP-2026-101"), Answer("redact"), None]
    crowd = tuple(
        Face(number, _spot(number, 10, 4), 0.9, resolved=answers[number % 5], refused=number == 11)
        for number in range(1, faces + 1)
    )
    return [an_entry(1, crowd)]


def failed_photos() -> list[PhotoEntry]:
    """Nothing but files that could not be read."""
    return [
        PhotoEntry(Photo(f"/somewhere/{n}.jpg", n, error=f"The file is damaged at byte {n * 1000}."), None)
        for n in (1, 2)
    ]


def many(photos: int) -> Iterator[PhotoEntry]:
    """A batch of that many photos, three faces in each, made one at a time."""
    for number in range(1, photos + 1):
        yield an_entry(number, tuple(Face(each, _spot(each, 3, 1), 0.9) for each in (1, 2, 3)))


def page_file(path: Path, page: ChecklistPage, entries: Iterable[PhotoEntry]) -> Path:
    """The checklist as a file, as a batch writes it."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        write_page(page, entries, out, no_part)
    return path


def some_open_faces(number: int) -> list[OpenPart]:
    """So many open faces, three in each photo."""
    faces = [
        OpenPart(each.photo, face, each.pictures.crops[0], each.pictures.preview)
        for each in many((number + 2) // 3)
        if each.pictures
        for face in open_faces(each.photo)
    ]
    return faces[:number]


def compact_page(faces: int, page: ChecklistPage | None = None, questions: int = 0) -> str:
    """The compact checklist of so many open faces."""
    out = io.StringIO()
    write_compact(page or a_page(), some_open_faces(faces), questions, out)
    return out.getvalue()


def no_part(number: int) -> AbstractContextManager[TextIO]:
    """The checklist is so small that it has one part."""
    raise AssertionError(f"part {number}")


def an_entry(number: int, faces: tuple[Face, ...], *findings: Finding, areas: tuple[Area, ...] = ()) -> PhotoEntry:
    """A photo as it is judged, with its pictures."""
    photo = Photo(
        source=f"/somewhere/IMG_{number}.JPG",
        number=number,
        width=1200,
        height=800,
        name=f"open-day-{number:03d}.jpg",
        faces=faces,
        areas=areas,
        smallest_face_px=20,
        sha256="0" * 64,
    )
    settings = Settings(Profile(), OPEN_DAY)
    photo = replace(photo, findings=(*judge_by_rules(photo, settings), *findings))
    preview = _preview(number % 7, tuple(face.box for face in faces))
    return PhotoEntry(photo, Previews(preview, tuple(_crop() for _ in faces), tuple(_crop() for _ in areas)))


def _spot(number: int, columns: int, rows: int) -> Box:
    """The place of the face of that number in a grid, in pixels of 1200 × 800."""
    row, column = divmod(number - 1, columns)
    across, down = 1200 / columns, 800 / rows
    size = min(across, down) * 0.5
    left, top = across * (column + 0.5) - size / 2, down * (row + 0.5) - size / 2
    return Box(round(left), round(top), round(left + size), round(top + size))


@cache
def _preview(seed: int, boxes: tuple[Box, ...]) -> bytes:
    """Hills, with a head in each box."""
    picture = landscape(seed)
    for box in boxes:
        picture[box.top : box.bottom, box.left : box.right] = cv2.resize(_head(), (box.width, box.height))
    return _jpeg(cv2.resize(picture, (720, 480), interpolation=cv2.INTER_AREA))


@cache
def _crop() -> bytes:
    return _jpeg(cv2.resize(_head(), (160, 160), interpolation=cv2.INTER_AREA))


def _head() -> np.ndarray:
    return portrait()[20:220, 120:320]


def _jpeg(pixels: np.ndarray) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    assert done
    return bytes(data)


PAGES: dict[str, tuple[ChecklistPage, Iterable[PhotoEntry]]] = {
    "every-standing": (a_page(), every_standing()),
    "one-a-page": (a_page(one_a_page=True), every_standing()),
    "areas": (a_page(), areas_of_every_standing()),
    "crowd": (a_page(), a_crowd()),
    "failed": (a_page(), failed_photos()),
    "empty": (replace(a_page(log=""), profile=Profile()), []),
    "welsh": (a_page(Event("Diwrnod agored yn Nhŷ Mawr, Ynys Môn: ‘Croeso i bawb’", date(2026, 6, 14))), a_few()),
    "polish": (a_page(Event("Dzień otwarty „Łódź–Gdańsk”: żółć i gęślą jaźń", date(2026, 6, 14))), a_few()),
    "arabic": (a_page(Event("يوم مفتوح في المركز (2026)", date(2026, 6, 14))), a_few()),
}
