"""The release-form checklist: everything stands in it, nothing breaks out of it."""

import csv
import io
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib import resources
from itertools import chain, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from imgvet.batch.decisions.approvals import mark_unapproved
from imgvet.batch.decisions.state import DecisionState, QuestionAnswer
from imgvet.checklist.page import ChecklistPage, Declaration, PhotoEntry, write_page
from imgvet.decisions import Answer, FaceRecord
from imgvet.geometry import Box
from imgvet.photo import Event, Face, Finding, Photo, Previews, Problem, ProblemCode, Verdict
from imgvet.profile import DecisionSettings, FaceSettings, Organisation, Profile, Question
from imgvet.reports.write_all import write_originals_csv
from imgvet.rules.face_answers import settle_answer
from imgvet.text import long_time, safe_cell, visible
from support.checklist_pages import QUESTIONS, no_part
from support.commands import Imgvet
from support.pictures import landscape, save_photo

HOSTILE = '"><script>alert(1)</script>\u202egpj.exe'


def jpeg(width: int = 60, height: int = 40) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((height, width, 3), 128, np.uint8))[1])


def a_page(event: Event | None = None, **profile: object) -> ChecklistPage:
    event = event or Event("Open day", date(2026, 9, 12), "https://www.example.org/open-day")
    questions = [
        Question(id="minors", text="No photo shows a person under 18.", source="Guidance, 2"),
        Question(id="evidence", text="No photo may be evidence.", source="Guidance, 4"),
    ]
    chosen = Profile.model_validate({"name": "police", "questions": questions, **profile})
    return ChecklistPage(event, chosen, "flickr", "2026-09-14", ())


def waiting_photo(number: int = 1, faces: int = 2) -> Photo:
    return Photo(
        source=f"/somewhere/else/IMG_{number}.JPG",
        number=number,
        width=600,
        height=400,
        name=f"open-day-{number:03d}.jpg",
        faces=tuple(Face(n, Box(60 * n, 100, 60 * n + 40, 150), 0.9) for n in range(1, faces + 1)),
        findings=(Finding("release-forms", Verdict.RELEASE, "Two faces have no form.", "Collect the forms."),),
    )


def an_entry(photo: Photo) -> PhotoEntry:
    return PhotoEntry(photo, Previews(jpeg(), tuple(jpeg(20, 20) for _ in photo.faces)))


def html_of(page: ChecklistPage, *entries: PhotoEntry) -> str:
    out = io.StringIO()
    write_page(page, iter(entries), out, no_part)
    return out.getvalue()


class Reader(HTMLParser):
    """Reads a page back: its tags with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.words += "" if tag == "bdi" else " "
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "br", "col"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.words += "" if tag == "bdi" else " "
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words += data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def read(page: ChecklistPage, *entries: PhotoEntry) -> Reader:
    reader = Reader(html_of(page, *entries))
    reader.words = " ".join(reader.words.split())
    return reader


def a_full_batch() -> list[PhotoEntry]:
    resolved = replace(
        waiting_photo(2, 3), faces=(Face(1, Box(0, 0, 40, 40), 0.9, resolved=Answer("redact")),), findings=()
    )
    marked = Finding("plates", Verdict.ASK, "A plate can be read.", box=Box(300, 300, 400, 330))
    return [
        an_entry(waiting_photo(1)),
        an_entry(resolved),
        an_entry(replace(waiting_photo(3, 0), findings=(marked,))),
        an_entry(replace(waiting_photo(4, 0), findings=())),
        PhotoEntry(Photo("/somewhere/IMG_5.JPG", 5, error="The file ends early."), None),
    ]


def test_every_tag_is_closed_and_headings_descend_one_step_at_a_time() -> None:
    """The page is whole: tags match, one h1 comes first, and no heading level is left out."""
    reader = read(a_page(), *a_full_batch())
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert reader.open == []
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_face_of_every_photo_stands_in_the_page() -> None:
    """Each face has its own row with its number, and its crop."""
    entries = [an_entry(waiting_photo(number, faces)) for number, faces in ((1, 1), (2, 9), (3, 30))]
    reader = read(a_page(), *entries)
    alts = [image["alt"] for image in reader.all("img")]
    for number, faces in ((1, 1), (2, 9), (3, 30)):
        rows = re.findall(rf"Face (\d+) written {number}:(\d+), likely open", reader.words)
        assert rows == [(str(face), str(face)) for face in range(1, faces + 1)]
    assert sum((alt or "").startswith("Close-up of face ") for alt in alts) == 40


def test_a_face_without_a_crop_keeps_its_row() -> None:
    """Pictures that were not kept cost no face its place on the form."""
    words = read(a_page(), PhotoEntry(waiting_photo(1, 3), None)).words
    assert re.findall(r"Face (\d) written 1:\d, likely open", words) == ["1", "2", "3"]
    assert "There is no preview of this photo" in words


def test_nothing_is_fetched_from_anywhere() -> None:
    """Pictures are data, the only address outside is the event's own, and no script, sheet or font is asked for."""
    html = html_of(a_page(), *a_full_batch())
    reader = Reader(html)
    sources = [attributes["src"] or "" for _, attributes in reader.tags if "src" in attributes]
    links = [attributes["href"] or "" for _, attributes in reader.tags if "href" in attributes]
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert [link for link in links if not link.startswith("#")] == ["https://www.example.org/open-day"]
    assert not reader.all("script", "link", "iframe", "object", "form")
    assert "@import" not in html
    assert "url(" not in html


def test_pictures_decode_as_jpeg() -> None:
    """What stands in the page is what was given, readable as JPEG."""
    pictures = Previews(jpeg(72, 48), (jpeg(20, 20), jpeg(24, 24)))
    images = read(a_page(), PhotoEntry(waiting_photo(), pictures)).all("img")
    decoded = [b64decode((image["src"] or "").partition(",")[2], validate=True) for image in images]
    assert decoded == [pictures.preview, *pictures.crops]
    shapes = [cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) for data in decoded]
    assert [shape.shape[:2] for shape in shapes if shape is not None] == [(48, 72), (20, 20), (24, 24)]


def test_hostile_texts_are_harmless_and_visible() -> None:
    """Markup in any text comes out as text, and a character that turns text round is written out."""
    question = Question(id="minors", text=HOSTILE, source=HOSTILE)
    page = a_page(
        Event(HOSTILE, None, HOSTILE),
        name=HOSTILE,
        organisation=Organisation(name=HOSTILE, press_office=HOSTILE),
        questions=[question],
    )
    page = replace(page, channel=HOSTILE, made_on=HOSTILE, declared=(Declaration("minors", HOSTILE, HOSTILE),))
    photo = replace(
        waiting_photo(),
        source=HOSTILE.replace("/", ""),
        name=HOSTILE,
        faces=(Face(1, Box(0, 0, 9, 9), 0.9, resolved=Answer(HOSTILE)), Face(2, Box(0, 0, 9, 9), 0.9)),
        findings=(Finding(HOSTILE, Verdict.ASK, HOSTILE, HOSTILE),),
    )
    failed = Photo(HOSTILE.replace("/", ""), 2, error=HOSTILE, findings=photo.findings)
    html = html_of(page, an_entry(photo), PhotoEntry(failed, None), an_entry(replace(photo, faces=(), findings=())))
    assert "<script" not in html.lower()
    assert "\u202e" not in html
    assert "[U+202E]gpj.exe" in html
    assert not Reader(html).all("script")
    assert all((link["href"] or "").startswith("#") for link in Reader(html).all("a"))
    assert not [name for _, attributes in Reader(html).tags for name in attributes if name.startswith("on")]


def test_a_link_that_is_no_web_page_is_shown_as_text_only() -> None:
    """A ``javascript:`` link is not clickable."""
    reader = read(a_page(Event("Open day", None, "javascript:alert(1)")))
    assert all((link["href"] or "").startswith("#") for link in reader.all("a"))
    assert "javascript:alert(1)" in reader.words


def test_names_of_originals_stay_in_the_office() -> None:
    """A name can tell who or where somebody is: the page has none."""
    photos = [Photo("Jane Roe, 14 Oak Street.jpg", number=1, error="The file is damaged."), waiting_photo(7)]
    html = html_of(a_page(), *(PhotoEntry(photo, None) for photo in photos))
    assert "Jane Roe" not in html
    assert "IMG_7" not in html
    assert "private/originals.csv" in html


def test_the_page_is_written_while_the_photos_come() -> None:
    """A photo is asked for only when the one before it has been written, so none is kept."""
    out = io.StringIO()

    def entries() -> Iterator[PhotoEntry]:
        for number in range(1, 6):
            assert number == 1 or f"open-day-{number - 1:03d}.jpg" in out.getvalue()
            assert f"open-day-{number:03d}.jpg" not in out.getvalue()
            yield an_entry(waiting_photo(number))

    write_page(a_page(), entries(), out, no_part)
    assert "open-day-005.jpg" in out.getvalue()


def test_a_checklist_of_thousands_is_in_parts_that_a_browser_opens() -> None:
    """500 photos a part; the first has all that is not about one photo, and its links lead to the right part."""
    parts: dict[int, io.StringIO] = {1: io.StringIO()}

    @contextmanager
    def open_part(number: int) -> Iterator[io.StringIO]:
        assert number == len(parts) + 1
        parts[number] = io.StringIO()
        yield parts[number]

    failed = (PhotoEntry(Photo(f"{number}.jpg", number, error="Damaged."), None) for number in range(5000, 5700))
    photos = (PhotoEntry(waiting_photo(number, 1), None) for number in range(2, 2 * 1001 + 2, 2))  # 1,001, with gaps
    write_page(a_page(), chain(photos, failed), parts[1], open_part)
    readers = {number: Reader(text.getvalue()) for number, text in parts.items()}
    blocks = {number: [each["id"] for each in reader.all("article")] for number, reader in readers.items()}
    assert [len(each) for each in blocks.values()] == [500, 500, 1]
    assert blocks[3] == ["photo-2002"]
    for number, reader in readers.items():
        links = [link["href"] or "" for link in reader.all("a")]
        assert all(link in ("#photos", "checklist.html") for link in links) or number == 1
        for file, _, block in (link.partition("#photo-") for link in links):
            if block and int(block) < 5000:
                assert f"photo-{block}" in blocks[{"": 1, "checklist-2.html": 2, "checklist-3.html": 3}[file]]
    words = {number: " ".join(reader.words.split()) for number, reader in readers.items()}
    assert "checklist-2.html : from photo 1002 on checklist-3.html : from photo 2002 on" in words[1]
    assert "1001 faces need a signed form" in words[1]
    assert "5000–5699" in words[1]
    assert "… and 200 more" in words[1]
    assert "part 2" in words[2]
    for once in ("At a glance", "Declaration for the whole batch", "How to fill this in"):
        assert [once in each for each in words.values()] == [True, False, False]


def test_photos_stand_where_their_state_puts_them() -> None:
    """Only photos with faces or findings get a block; the others are named in the tables at the end."""
    reader = read(a_page(), *a_full_batch())
    blocks = [article["id"] for article in reader.all("article")]
    end = reader.words.partition("Nothing to ask")[2]
    assert blocks == ["photo-1", "photo-2", "photo-3"]
    assert "4 open-day-004.jpg ready" in end
    assert "5 failed The file ends early. Save it again" in end


def test_the_way_out_of_a_failed_photo_is_its_own_next_step() -> None:
    """A finding that knows what to do is asked first."""
    finding = Finding("proof", Verdict.FAILED, "A comment was left in.", "Report this file.")
    words = read(a_page(), PhotoEntry(Photo("a.jpg", findings=(finding,)), None)).words
    assert "A comment was left in. Report this file." in words


def test_the_summary_counts_photos_and_open_faces() -> None:
    """Five photos: one waits for forms, one for a question, two are ready, one failed."""
    possible = Face(3, Box(0, 0, 9, 9), 0.25, possible=True)
    first = waiting_photo(1)
    entries = [an_entry(replace(first, faces=(*first.faces, possible))), *a_full_batch()[1:]]
    words = read(a_page(), *entries).words.partition("At a glance")[2]
    assert words.strip().startswith("5 photos 2 ready 2 on hold ask release 0 blocked 1 failed")
    assert "3 faces need a form or another decision; 1 of them may not be faces." in words


def test_the_summary_is_shown_before_the_photos() -> None:
    """It is written last, when the counts are known, and takes the first slot of the page's body."""
    html = html_of(a_page(), *a_full_batch())
    summary = next(section for section in Reader(html).all("section") if section["aria-labelledby"] == "summary")
    assert summary["slot"] == "summary"
    assert '<template shadowrootmode="open"><slot name="summary"></slot><slot></slot></template>' in html


def test_an_empty_batch_says_so() -> None:
    """Without photos the page still stands."""
    assert "No face was found in any photo, and there are no other questions." in read(a_page()).words


def test_a_declared_question_names_who_and_when_and_the_other_waits_for_a_signature() -> None:
    """Each question shows its text, its source, and its state."""
    declared = Declaration("evidence", "A. Osei", "2026-09-14T08:12:44+00:00")
    words = read(replace(a_page(), declared=(declared,))).words
    assert "No photo shows a person under 18. Source: Guidance, 2 yes, this is so no" in words
    assert f"declared by A. Osei, {long_time(declared.at)}" in words
    assert "Name : blank Date : blank Signature : blank" in words


def test_no_signature_is_asked_for_when_everything_is_declared() -> None:
    """The lines to sign go when the last question is declared."""
    declared = tuple(Declaration(each, "A. Osei", "yesterday") for each in ("minors", "evidence"))
    words = read(replace(a_page(), declared=declared)).words
    assert "Signature" not in words
    assert "by A. Osei, yesterday" in words


def test_the_heading_says_what_when_and_that_it_is_not_for_publication() -> None:
    """Event, day, channel and the day of the batch stand at the top; the date is never today's."""
    words = read(a_page()).words
    assert words.startswith("Release-form checklist: Open day Skip to the photos Office use only – not for publication")
    assert "Date of the event 12 September 2026" in words
    assert "Made on 14 September 2026" in words


def test_only_answers_that_the_profile_allows_are_offered() -> None:
    """``staff`` stands among the decisions only where the profile has it."""
    without = read(a_page(), an_entry(waiting_photo())).words
    having = read(a_page(faces=FaceSettings(answers=["staff"])), an_entry(waiting_photo())).words
    assert "release redact refused not identifiable not a face Reason : blank" in without
    assert "release redact refused staff Reason : blank" in having


def test_an_answered_face_shows_its_answer_and_nothing_to_fill_in() -> None:
    """Its row has no blanks, its box on the picture has a sign, and a form is named by its reference."""
    photo = waiting_photo()
    for answer, words in {
        "not-identifiable": "Not identifiable",
        "redact": "Hidden",
        "staff": "On-duty staff",
        "release WMP-2026-009": "Form WMP-2026-009",
    }.items():
        face = Face(1, Box(60, 100, 120, 160), 0.9, resolved=Answer.parse(answer))
        reader = read(a_page(questions=[]), an_entry(replace(photo, faces=(face,))))
        assert f"Photo 1 Decision Face 1 written 1:1, likely {words} Nothing to fill in." in reader.words
        assert " 1✓ " in reader.words
        assert "Name : blank" not in reader.words


def test_an_answer_that_does_not_hold_is_open_and_says_why() -> None:
    """The reason stands before the blanks, on paper as on screen; nobody takes the face for answered."""
    problem = Problem(ProblemCode.FORM, "Form WMP-2026-014 was withdrawn on 3 May 2026.")
    photo = replace(waiting_photo(), faces=(Face(1, Box(60, 100, 120, 160), 0.9, problem=problem),))
    reader = read(a_page(), an_entry(photo))
    assert f"likely Needs a decision. {problem.sentence} Same person as photo and face : blank" in reader.words
    assert "✓" not in reader.words
    assert "The press office 1 decision is not valid; each row says why 1" in reader.words
    assert "second person" not in reader.words


def test_an_answer_that_waits_for_a_second_person_says_so() -> None:
    """It stands as open, and the summary asks for somebody else than who gave it."""
    profile = Profile(faces=FaceSettings(answers=["staff"]), decisions=DecisionSettings(second_person=["staff"]))
    known = FaceRecord(Box(60, 100, 120, 160), Box(60, 100, 120, 160), answer=Answer("staff"), by="A. Osei")
    face = settle_answer(Face(1, known.box, 0.9), known, {}, profile)
    words = read(a_page(), an_entry(replace(waiting_photo(), faces=(face,)))).words
    assert face.problem
    assert f"Needs a decision. {face.problem.sentence}" in words
    assert "A second person 1 decision needs approval by someone other than the person who decided 1" in words
    assert "The press office 1" not in words


def test_what_else_waits_for_a_second_person_is_counted_with_it() -> None:
    """An answer about a photo is no open question any more, and the declaration counts once for the whole batch."""
    profile = Profile(questions=QUESTIONS, decisions=DecisionSettings(second_person=["answer", "declare"]))
    given = [QuestionAnswer("answer", "official-marking", "A. Osei")]
    given += [QuestionAnswer("declare", each.id, "A. Osei") for each in QUESTIONS]
    known = DecisionState(answers=tuple(given), declared=frozenset(each.id for each in QUESTIONS))
    asked = Finding("official-marking", Verdict.ASK, "It is marked OFFICIAL.", "Ask.")
    declared = Finding("declaration", Verdict.ASK, "The declaration has not been made yet.", "Declare.")
    findings = mark_unapproved((asked, declared), known, profile)
    words = read(a_page(), *(an_entry(replace(waiting_photo(n, 0), findings=findings)) for n in (1, 2))).words
    assert "A second person 2 decisions need approval by someone other than the person who decided 1–2" in words
    assert "A second person to approve the declaration the whole batch" in words
    assert "about single photos" not in words


@pytest.mark.parametrize("resolved", [None, Answer("release", "WMP-2026-009"), Answer("staff")])
def test_somebody_who_has_refused_is_to_be_hidden_whatever_else_was_said(resolved: Answer | None) -> None:
    """Only a hidden face is done with; until then its row says so, its box has a sign, and the summary counts it."""
    face = Face(1, Box(60, 100, 120, 160), 0.9, resolved=resolved, refused=True)
    words = read(a_page(), an_entry(replace(waiting_photo(), faces=(face,)))).words
    assert "Refused. Hide the face (redact), or leave the photo out." in words
    assert " 1✗ " in words
    assert "The press office 1 person has refused and must be hidden 1" in words
    hidden = read(a_page(), an_entry(replace(waiting_photo(), faces=(replace(face, resolved=Answer("redact")),)))).words
    assert "Hidden The person has refused." in hidden
    assert "must be hidden" not in hidden


def test_the_summary_says_who_waits_for_what_and_where() -> None:
    """Forms, questions, the declaration, what must not go out and what failed, each with links to its photos."""
    question = Finding("official-marking", Verdict.ASK, "It is marked OFFICIAL.", "Ask.")
    blocked = Finding("excluded", Verdict.BLOCKED, "Left out.", "Reopen.")
    entries = [
        *(an_entry(waiting_photo(number, 1)) for number in (1, 2, 3, 5)),
        an_entry(replace(waiting_photo(6, 0), findings=(question, question))),
        an_entry(replace(waiting_photo(7, 0), findings=(blocked,))),
        PhotoEntry(Photo("/somewhere/IMG_8.JPG", 8, error="The file ends early."), None),
    ]
    reader = read(a_page(), *entries)
    summary = reader.words.partition("What is needed, and from whom")[2]
    assert "4 faces need a signed form or another decision 1–3 5" in summary
    assert "2 questions about single photos 6" in summary
    assert "2 statements that only a person can confirm the whole batch" in summary
    assert "1 photo must not be published 7" in summary
    assert "1 file could not be read or cleaned 8" in summary
    links = [link["href"] for link in reader.all("a") if (link["href"] or "").startswith("#photo-")]
    assert links == ["#photo-1", "#photo-5", "#photo-6", "#photo-7", "#photo-8"]


def test_a_batch_that_waits_for_nobody_says_so() -> None:
    """No row stands in the summary for what is not there."""
    done = replace(
        waiting_photo(), faces=(Face(1, Box(0, 0, 9, 9), 0.9, resolved=Answer("release", "A-1")),), findings=()
    )
    words = read(a_page(questions=[]), an_entry(done), an_entry(replace(done, number=2))).words
    assert "Every face has a decision. 2 faces are covered by 1 form ." in words
    assert "Nothing else is needed." in words
    assert "From whom" not in words


def test_many_photos_that_wait_do_not_flood_the_summary() -> None:
    """The first places are linked, the others counted."""
    reader = read(a_page(), *(PhotoEntry(waiting_photo(2 * number, 1), None) for number in range(1, 61)))
    assert "60 faces need a signed form" in reader.words
    assert "38 40 and 40 more" in reader.words


def test_the_paper_asks_for_all_that_the_sheet_takes() -> None:
    """Who, which form, whose guardian, since when born, the same person as, the reason: each has its blank."""
    words = read(a_page(), an_entry(waiting_photo(1, 1))).words
    for label in ("Same person as photo and face", "Name", "Form reference", "Signed on"):
        assert f" {label} : blank" in words
    assert "yes no Year of birth (or a range) : blank Guardian : blank Relation : blank" in words
    assert "Reason : blank Initials : blank" in words
    assert " ".join(a_page().profile.channels) in words
    assert "leave the photo out Because : blank" in words
    assert "checked: it may be published" not in words


def test_a_question_about_a_photo_is_answered_on_paper_too() -> None:
    """As the sheet has a row for it: a box to tick, the reason, and who says so; not where it is answered already."""
    asked = Finding("official-marking", Verdict.ASK, "It is marked OFFICIAL.", "Ask.")
    words = read(a_page(), an_entry(replace(waiting_photo(1, 0), findings=(asked,)))).words
    assert "Next: Ask. checked: it may be published Because : blank Initials : blank" in words
    given = replace(asked, code=ProblemCode.NOT_APPROVED)
    assert (
        "checked: it may be published"
        not in read(a_page(), an_entry(replace(waiting_photo(1, 0), findings=(given,)))).words
    )


def test_the_page_says_how_it_is_handed_in() -> None:
    """With the commands as they are typed."""
    words = read(a_page()).words
    for command in (
        "imgvet checklist BATCH --import FILE --by NAME",
        "imgvet decide BATCH 3:1 release WMP-2026-014 --by NAME",
        "imgvet finish BATCH",
    ):
        assert command in words


def test_the_decision_log_is_anchored_on_the_page() -> None:
    """A printed page shows later how the log ended when it was printed; without a log there is no such line."""
    assert (
        "Decision log 34 entries, fingerprint 9f3c1a7be0d24c58"
        in read(replace(a_page(), log="34 entries, fingerprint 9f3c1a7be0d24c58")).words
    )
    assert "Decision log" not in read(a_page()).words


def test_one_photo_a_page_is_asked_for() -> None:
    """Then every photo begins a page; else as many stand on one as fit."""
    assert read(replace(a_page(), one_a_page=True)).all("body") == [{"class": "one-a-page"}]
    assert read(a_page()).all("body") == [{}]


@pytest.mark.slow
def test_one_photo_a_page_is_a_command(imgvet: Imgvet, tmp_path: Path) -> None:
    """``checklist --page-per-photo`` writes the page so, and is refused for a sheet, which has no pages."""
    save_photo(tmp_path / "photos" / "a.jpg", landscape())
    imgvet("batch", "photos", "--out", "b", "--event", "Open Day")
    page = tmp_path / "b" / "checklist.html"
    assert "<body>" in page.read_text(encoding="utf-8")
    assert imgvet("checklist", "b", "--page-per-photo").code == 0
    assert '<body class="one-a-page">' in page.read_text(encoding="utf-8")
    for words in (("--format", "csv"), ("--import", "b/checklist.csv", "--by", "A. Officer")):
        refused = imgvet("checklist", "b", "--page-per-photo", *words)
        assert (refused.code, "--page-per-photo" in refused.err) == (2, True)


@pytest.mark.parametrize(
    "event", ['";}</style><script>alert(1)</script>', "\\", "a\nb", "يوم مفتوح", "Dzień „Łódź”", "\u202egpj", "}" * 200]
)
def test_the_head_of_printed_pages_takes_any_event(event: str) -> None:
    """Whatever the event is called, it is a string of the style sheet: it ends neither the string nor the sheet."""
    html = html_of(a_page(Event(event)))
    content = re.search(r'@top-left \{ content: "((?:[A-Za-z0-9]|\\[0-9a-f]{6})*)"; font:', html)
    assert content
    shown = re.sub(r"\\([0-9a-f]{6})", lambda each: chr(int(each[1], 16)), content[1])
    cut = event if len(event) <= 72 else f"{event[:72]}…"
    assert shown == f"\u2068{visible(cut)}\u2069 · flickr"
    assert html.count("</style>") == 1


def test_boxes_lie_on_the_picture_by_per_cent_of_the_full_size() -> None:
    """Open, possible and answered faces and other findings have boxes of their own kind, clipped to the picture."""
    faces = (
        Face(1, Box(60, 100, 120, 180), 0.9),
        Face(2, Box(540, 300, 700, 500), 0.25, possible=True),
        Face(3, Box(300, 0, 330, 40), 0.9, resolved=Answer("redact")),
    )
    plate = Finding("plates", Verdict.ASK, "A plate can be read.", box=Box(0, 200, 60, 240))
    same = Finding("release-forms", Verdict.RELEASE, "Face 1 has no form.", box=faces[0].box)
    reader = read(a_page(), an_entry(replace(waiting_photo(), faces=faces, findings=(plate, same))))
    boxes = [span for span in reader.all("span") if (span.get("class") or "").startswith("box ")]
    assert [box["class"] for box in boxes] == [
        "box finding",
        "box open",
        "box possible leftwards",
        "box answered inside",
    ]
    assert boxes[1]["style"] == "left:10.000%;top:25.000%;width:10.000%;height:20.000%"
    assert boxes[2]["style"] == "left:90.000%;top:75.000%;width:10.000%;height:25.000%"
    assert "A plate can be read. (mark 1 on the picture)" in reader.words


def test_the_template_is_part_of_the_package() -> None:
    """It is found as a resource, so it works from an installed wheel."""
    assert (resources.files("imgvet.checklist") / "templates" / "checklist.html.j2").is_file()


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\tplain",
        "\r=1",
        "\n=1",
        "   =1",
        " \t plain",
        "\u00a0=1",
        "\u3000=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " ＝1",
        '=HYPERLINK("http://example.org")',
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_cell_is_never_a_formula(text: str) -> None:
    """An apostrophe is put before whatever a spreadsheet would work out."""
    assert safe_cell(text) == f"'{visible(text)}"


@pytest.mark.parametrize("text", ["", "a=1", "open-day-001.jpg", "IMG_1 (2).JPG", "3", "not-a-face", "O'Neill = x"])
def test_a_plain_cell_stays_as_it_is(text: str) -> None:
    """Only the beginning of a text makes it a formula."""
    assert safe_cell(text) == text


def test_hostile_file_names_stay_in_their_cell() -> None:
    """Quotes, line ends and formulas in an original's name neither start a cell nor hide."""
    names = ['=1,"2";x.jpg', "a\nb.jpg", '"=1".jpg', "\u202egpj.exe", "caf\udce9.jpg"]
    out = io.StringIO(newline="")
    write_originals_csv((replace(waiting_photo(1, 1), source=name) for name in names), [], out)
    text = out.getvalue()
    assert [row["original"] for row in csv.DictReader(io.StringIO(text, newline=""))] == [
        '\'=1,"2";x.jpg',
        "a ¶ b.jpg",
        '"=1".jpg',
        "[U+202E]gpj.exe",
        "caf[U+DCE9].jpg",
    ]


def test_joined_letters_and_emoji_are_left_alone() -> None:
    """The joiners that scripts and emoji need are not written out."""
    assert visible("می‌خواهم 👩‍🚒 Zoë") == "می‌خواهم 👩‍🚒 Zoë"
