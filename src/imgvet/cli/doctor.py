"""Whether everything that imgvet needs is here and works; what ``imgvet doctor`` says."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont, features

from imgvet import __version__
from imgvet.batch.check_answers import answers_path, open_answers
from imgvet.cli.messages import owner_note
from imgvet.errors import ImgvetError
from imgvet.faces.detector import load_detector
from imgvet.faces.model import model_digest
from imgvet.form_codes.scans import read_scans
from imgvet.geometry import Box
from imgvet.photo import Event, Photo, Verdict
from imgvet.photo_jobs import PhotoJob, vet_jobs
from imgvet.profile import FaceSettings, load_profile
from imgvet.reading.reader import load_reader
from imgvet.reading.text_detection import TEXT_DETECTOR
from imgvet.reading.text_recognition import TEXT_RECOGNISER
from imgvet.releases.forms.build import build_forms, form_context, texts_for
from imgvet.releases.forms.pdf import write_forms_pdf
from imgvet.releases.forms.records import FormKind
from imgvet.releases.store import find_register, register_address
from imgvet.rules.rules import check_rules
from imgvet.settings import Settings
from imgvet.text import count
from imgvet.watermarks.fonts import check_characters
from imgvet.watermarks.load import load_watermarks, try_drawings
from imgvet.workers.pool import cores
from imgvet.workers.sandbox import active_restrictions

_LETTERS = "© ŵŷ łąę œç ßöü ñ"  # Welsh, Polish, French, German, Spanish
_CODECS = {"jpg": "JPEG", "zlib": "PNG", "webp": "WebP", "libtiff": "TIFF", "avif": "AVIF"}
_MIN_FREE_GIB = 2.0
_DRAWN_FACE = Box(175, 80, 305, 260)  # in ``_draw_portrait``
_A_SENDER, _A_NUMBER = "west-midlands-police", "DOCTOR-2026-001"
_DOTS_A_POINT = 200 / 72  # as an office scans
_WORD = "RESTRICTED"  # drawn and read again
_REINSTALL = "Install imgvet again, or report this."
_SAME_FACE = 0.5  # intersection over union


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One thing that was looked at."""

    name: str
    well: bool
    says: str
    hint: str = ""


class _Ill(Exception):
    """Something is not as it must be; the arguments are what to say and the way out."""


def run_checks(profile: str | None) -> Iterator[DoctorCheck]:
    """Look at everything, one result after the other; a failed check does not stop the rest."""
    looks: list[tuple[str, Callable[[], str]]] = [
        ("version", _look_at_version),
        ("profile", lambda: _look_at_profile(profile)),
        ("organisation", lambda: _look_at_organisation(profile)),
        ("face model", _look_at_model),
        ("text models", _look_at_text_models),
        ("marks and font", lambda: _look_at_marks(profile)),
        ("codecs", _look_at_codecs),
        ("OpenCV", _look_at_opencv),
        ("workers", _look_at_workers),
        ("one photo", _look_at_one_photo),
        ("form codes", _look_at_form_codes),
        ("disk", _look_at_disk),
        ("permissions", _look_at_permissions),
        ("register", _look_at_register),
        ("answers", _look_at_answers),
    ]
    for name, look in looks:
        try:
            yield DoctorCheck(name, well=True, says=look())
        except _Ill as problem:
            yield DoctorCheck(name, False, *problem.args)  # noqa: FBT003 - the arguments follow in order
        except ImgvetError as problem:
            yield DoctorCheck(name, well=False, says=problem.reason, hint=problem.hint)


def _look_at_version() -> str:
    return f"imgvet {__version__}, Python {'.'.join(map(str, sys.version_info[:3]))}, {cores()} cores"


def _look_at_profile(named: str | None) -> str:
    settings = _settings(named)
    check_rules(settings)
    website = settings.profile.organisation.website or "no website set: photos will not show one"
    return f"{settings.profile.name}; {website}"


def _look_at_organisation(named: str | None) -> str:
    settings = _settings(named)
    note = owner_note(settings, (mark.name for mark in load_watermarks(settings)))
    return note or settings.profile.organisation.name or "none is set; the profile's own texts name the owner"


def _look_at_model() -> str:
    detector = load_detector()
    found = detector.find(np.zeros((480, 640, 3), np.uint8), FaceSettings())
    if found:
        raise _Ill("it finds faces in a black picture", "Install imgvet again.")
    return f"CenterFace, BlazeFace and Face Mesh, as built (SHA-256 {model_digest()[:16]}…), and it runs"


def _look_at_text_models() -> str:
    reader = load_reader()
    page = Image.new("RGB", (560, 120), (235, 235, 235))
    ImageDraw.Draw(page).text((60, 30), _WORD, fill=(20, 20, 20), font=ImageFont.load_default(48))
    read = [line.text for line in reader.read(np.asarray(page, np.uint8), 1.0).lines]
    if read != [_WORD]:
        raise _Ill(f"'{_WORD}' was read as {read}", _REINSTALL)
    digests = " and ".join(f"{model.digest()[:16]}…" for model in (TEXT_DETECTOR, TEXT_RECOGNISER))
    return f"PP-OCRv6, as built (SHA-256 {digests}), and a word was read"


def _look_at_marks(named: str | None) -> str:
    settings = _settings(named)
    try_drawings(settings)
    marks = load_watermarks(settings)
    check_characters(_LETTERS, settings.profile.marks.font, "marks.font")
    names = " and ".join(mark.name for mark in marks)
    return f"{names or 'no marks are set'}; the font has {_LETTERS}"


def _look_at_codecs() -> str:
    missing = [name for codec, name in _CODECS.items() if not features.check(codec)]
    try:
        import pi_heif

        names = [*_CODECS.values(), "GIF", f"HEIC (libheif {pi_heif.libheif_version()})"]
    except ImportError:
        missing.append("HEIC")
    if missing:
        raise _Ill(f"cannot read {', '.join(missing)}", "Install imgvet again, with everything it depends on.")
    return f"{', '.join(names)}; libjpeg-turbo {features.version('libjpeg_turbo')}"


def _look_at_opencv() -> str:
    try:
        other = version("opencv-python")
    except PackageNotFoundError:
        return f"opencv-python-headless {version('opencv-python-headless')}"
    raise _Ill(
        f"opencv-python {other} and opencv-python-headless are both installed; one overwrites the other",
        "pip uninstall opencv-python opencv-python-headless; then pip install opencv-python-headless",
    )


def _look_at_workers() -> str:
    """What confines a hostile file; limits that a system lacks are listed, but are not a failure."""
    holds = active_restrictions()
    missing = [hold for hold, there in holds.items() if not there]
    has = "; ".join(hold for hold, there in holds.items() if there) or "no limits"
    return f"{has}; this system does not have: {'; '.join(missing)}" if missing else has


def _look_at_one_photo() -> str:
    """A drawn photo with one face goes the whole way through a worker; what comes back must say just that."""
    start = time.monotonic()
    settings = Settings(load_profile("general")[0], Event("Doctor"))
    with tempfile.TemporaryDirectory(prefix="imgvet-doctor-") as folder:
        source, clean = Path(folder, "drawn.jpg"), Path(folder, "clean")
        clean.mkdir()
        _draw_portrait().save(source, quality=90)
        (vetted,) = vet_jobs([PhotoJob(1, source, clean, "photo")], settings, 1, clean)
        written = [path.name for path in clean.iterdir()]
    problem = _what_is_wrong(vetted.photo, written)
    if problem:
        raise _Ill(f"the test photo with one face failed: {problem}", _REINSTALL)
    return (
        f"a test photo was vetted: its face was found, and its clean file written, in {time.monotonic() - start:.1f} s"
    )


def _what_is_wrong(photo: Photo, written: list[str]) -> str:
    """What does not fit the drawn photo; empty where all does."""
    if photo.error:
        return photo.error
    if len(photo.faces) != 1 or photo.faces[0].box.overlap(_DRAWN_FACE) < _SAME_FACE:
        return f"{count(len(photo.faces), 'face')}, not in the place where it was drawn"
    if "face-release" not in {finding.rule for finding in photo.findings} or photo.verdict is not Verdict.RELEASE:
        return f"its verdict is '{photo.verdict}', not 'release'"
    return "" if written == [photo.name] else "its clean file is missing"


def _draw_portrait() -> Image.Image:
    """A head and shoulders that the face model takes for a face, 480 × 360."""
    image = Image.new("RGB", (480, 360), (168, 190, 205))
    pen = ImageDraw.Draw(image)
    dark, shade, skin = (62, 42, 30), (202, 154, 129), (222, 178, 150)
    pen.ellipse((110, 260, 370, 520), fill=(45, 62, 96))  # shoulders
    pen.rectangle((210, 230, 270, 290), fill=shade)  # neck
    pen.ellipse((165, 55, 315, 220), fill=dark)  # hair
    pen.ellipse((175, 75, 305, 260), fill=skin)
    pen.pieslice((172, 55, 308, 190), 190, 350, fill=dark)
    pen.ellipse((205, 230, 275, 255), fill=shade)  # chin
    for eye in (212, 268):
        pen.ellipse((eye - 26, 140, eye + 26, 175), fill=shade)
        pen.ellipse((eye - 13, 150, eye + 13, 166), fill=(245, 245, 245))
        pen.ellipse((eye - 7, 150, eye + 7, 166), fill=dark)
        pen.arc((eye - 20, 132, eye + 20, 152), 200, 340, fill=dark, width=6)
    pen.polygon([(240, 160), (226, 200), (254, 200)], fill=shade)  # nose
    for nostril in (232, 248):
        pen.ellipse((nostril - 4, 195, nostril + 4, 202), fill=dark)
    pen.ellipse((215, 214, 265, 234), fill=(176, 88, 86))  # mouth
    pen.line((215, 224, 265, 224), fill=(110, 45, 45), width=3)
    return image.filter(ImageFilter.GaussianBlur(2))


def _look_at_form_codes() -> str:
    """A form is printed, and read as a scan in a worker: as the PDF, and as a picture of it."""
    day = date(2026, 6, 14)
    context = form_context(load_profile(_A_SENDER)[0], "Doctor", (day, day), None, day)
    printed = write_forms_pdf(build_forms(texts_for([FormKind.ADULT], context, "en"), [_A_NUMBER]))
    with tempfile.TemporaryDirectory(prefix="imgvet-doctor-") as folder:
        as_pdf, as_picture = Path(folder, "form.pdf"), Path(folder, "form.png")
        as_pdf.write_bytes(printed)
        _draw_first_page(printed).save(as_picture)
        readings = list(read_scans([as_pdf, as_picture], 1))
    unread = [each for each in readings if [form.number for form in each.forms] != [_A_NUMBER]]
    if unread:
        why = unread[0].error or "its number was not found"
        raise _Ill(f"the test form was not read from a {unread[0].path.suffix[1:].upper()}: {why}", _REINSTALL)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("zxing-cpp", "pypdfium2"))
    return f"a test form was read, as PDF and as a picture; {libraries}"


def _draw_first_page(document: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(document) as opened:
        return Image.fromarray(opened[0].render(scale=_DOTS_A_POINT).to_numpy()[..., 0])


def _look_at_disk() -> str:
    free = shutil.disk_usage(Path.cwd()).free / 1024**3
    if free < _MIN_FREE_GIB:
        raise _Ill(f"only {free:.1f} GiB are free here", "Make room, or work on another disk.")
    return f"{free:.0f} GiB free here"


def _look_at_permissions() -> str:
    try:
        with tempfile.NamedTemporaryFile(dir=Path.cwd(), prefix=".imgvet-", suffix=".unfinished"):
            pass
    except OSError as problem:
        raise _Ill(f"this folder cannot be written to ({problem.strerror})", "Work in another folder.") from None
    return "this folder can be written to"


def _look_at_register() -> str:
    """The register of release forms; looking makes none, and a shared one may be its group's."""
    address = register_address(None)
    in_file = address if isinstance(address, Path) else None
    if in_file and os.name == "posix" and in_file.exists() and in_file.stat().st_mode & 0o007:
        raise _Ill(f"{in_file} can be read by everybody on this machine", f"chmod o-rwx '{in_file}'")
    register = find_register(address)
    if register is None:
        return f"none yet; it is created with the first form, at {address}"
    with register:
        forms = sum(1 for _ in register.releases())
    return f"{count(forms, 'form')} at {address}"


def _look_at_answers() -> str:
    """What was said of single photos with check; looking makes no record."""
    path = answers_path()
    with open_answers(path, make=False) as kept:
        if kept is None:
            return f"none of single photos yet; check keeps them at {path}"
        return f"{count(kept.count, 'answer')} of single photos at {path}"


def _settings(named: str | None) -> Settings:
    profile, folder = load_profile(named)
    return Settings(profile, Event("Doctor"), profile_folder=folder)
