"""The stages of ``imgvet.pipeline``, in the order in which they run: what happens to one photo, a step each.

A stage is a plain function ``(Work, Kit) -> Work``. ``Work`` holds pixels and never leaves the worker process. A stage
that cannot continue raises a ``PhotoError``, which fails the photo.
"""

import hashlib
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from imgvet.atomic_files import write_temporary
from imgvet.capture_order import camera_mark
from imgvet.decisions import NO_WORDS, REDACT, Answer, FaceRecord
from imgvet.decode.limits import CheckedFile, check_limits
from imgvet.decode.open import open_upright
from imgvet.encode.encode import Encoded, Label, encode_image, over_white, published_size, resized, seen_grey
from imgvet.encode.numbered_faces import numbered_preview
from imgvet.encode.previews import make_previews
from imgvet.encode.public_metadata import app13_segment, public_metadata, xmp_packet
from imgvet.errors import PhotoError, ProfileError, ShownFace, UnprovenFile
from imgvet.faces.detector import Detector, load_detector, smallest_face_px
from imgvet.faces.fusion import reading_order
from imgvet.faces.matching import is_hidden, merge_face_records
from imgvet.faces.redaction import redact
from imgvet.faces.redaction_check import RedactedRegion, keep_regions, still_recognisable
from imgvet.form_codes.codes import numbers_at_a_glance
from imgvet.formats.sniff import detect_format, read_source, suffix_mismatch
from imgvet.inspection.inspect import inspect, with_lsb_text
from imgvet.inspection.inspection import Inspection
from imgvet.photo import Face, Photo, Previews, Verdict
from imgvet.photo_jobs import REPORT_HINT, PhotoJob
from imgvet.pixels import Pixels, perceptual_hash, pixel_checksum
from imgvet.profile import Limits
from imgvet.proof.prove import prove
from imgvet.rules.face_answers import settle_answer
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings
from imgvet.watermarks.draw import draw_watermarks
from imgvet.watermarks.load import LoadedWatermark, credit_watermark, load_watermarks, repeated_watermark
from imgvet.watermarks.proof_pattern import draw_proof_pattern

_NO_FILE = check_limits(b"", "jpeg", Limits())
_NO_PIXELS: Pixels = np.empty((0, 0, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Kit:
    """What a worker loads once, for all its photos."""

    settings: Settings
    detector: Detector
    marks: tuple[LoadedWatermark, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """A photo on its way: the record, and the pixels and bytes that must not leave the worker."""

    job: PhotoJob
    photo: Photo
    file: CheckedFile = _NO_FILE  # the source, until it is decoded
    pixels: Pixels = field(default_factory=lambda: _NO_PIXELS)  # upright, sRGB
    alpha: Pixels | None = None
    output_size: tuple[int, int] = (0, 0)  # width and height that the channel takes, in pixels
    inspection: Inspection | None = None
    heads: tuple[RedactedRegion, ...] = ()  # as they were before they were hidden
    pictures: Previews | None = None
    numbered: bytes | None = None  # a JPEG
    encoded: Encoded | None = None


def open_kit(settings: Settings, threads: int = 1) -> Kit:
    """Load the face model and the watermarks, once for each worker; ``threads``: that look for faces at once.

    Raises:
        ModelError, ProfileError: as ``imgvet.photo_jobs.vet_jobs``.
    """
    cv2.setNumThreads(1)  # the workers share the cores
    return Kit(settings, load_detector(threads), load_watermarks(settings))


def read_file(work: Work, kit: Kit) -> Work:
    """Read the file's bytes, once, detect their format by content, and check the limits."""
    data = read_source(work.job.source, kit.settings.profile.limits)
    digest = hashlib.sha256(data).hexdigest()
    known = replace(work.photo, source_sha256=digest)
    kind = detect_format(data)
    file = check_limits(data, kind, kit.settings.profile.limits)  # before anything else walks through the file
    return replace(
        work, file=file, photo=replace(known, kind=kind, misnamed=suffix_mismatch(work.job.source, kind) or "")
    )


def inspect_metadata(work: Work, kit: Kit) -> Work:
    """Note which kinds of private data the file carries; no value leaves but the time and its claims of rights."""
    inspection = inspect(work.file, details=work.job.details)
    photo = replace(
        work.photo,
        removed=inspection.groups,
        official=bool(inspection.warnings),
        captured=inspection.capture.captured,
        camera_mark=camera_mark(inspection.capture, kit.settings.secret),
        claims=inspection.claims,
    )
    return replace(work, inspection=inspection, photo=photo)


def decode(work: Work, kit: Kit) -> Work:
    """Decode to upright sRGB pixels, and note what was hidden in them; the file's bytes are freed."""
    upright = open_upright(work.file)
    height, width = upright.pixels.shape[:2]
    others = upright.frames - 1 if work.photo.kind != "jpeg" else 0  # a JPEG's are its own previews and gain maps
    inspection = work.inspection
    if inspection is not None and upright.hidden_text:
        inspection = with_lsb_text(inspection, upright.hidden_text)
        work = replace(work, photo=replace(work.photo, claims=inspection.claims))
    photo = replace(
        work.photo,
        width=width,
        height=height,
        graphic=upright.graphic,
        partial=upright.partial,
        other_pictures=others,
        removed=inspection.groups if inspection else (),
        official=bool(inspection and inspection.warnings),
    )
    size = published_size(width, height, kit.settings.channel)
    return replace(
        work,
        file=_NO_FILE,
        pixels=upright.pixels,
        alpha=upright.alpha,
        output_size=size,
        inspection=inspection,
        photo=photo,
    )


def hash_pixels(work: Work, kit: Kit) -> Work:
    """Note what identifies this picture, and which look like it, whatever their files say of themselves."""
    seen = over_white(work.pixels, work.alpha)
    photo = replace(work.photo, pixel_checksum=pixel_checksum(seen), perceptual_hash=perceptual_hash(seen))
    return replace(work, photo=photo)


def detect_faces(work: Work, kit: Kit) -> Work:
    """Detect the faces and number them; none is answered yet."""
    seen, settings, photo = over_white(work.pixels, work.alpha), kit.settings, work.photo
    published = work.output_size[0] / photo.width
    faces = kit.detector.find(seen, settings.profile.faces, published, turned=settings.looks_turned)
    least = smallest_face_px(photo.width, photo.height, published)
    return replace(
        work, photo=replace(photo, faces=faces, smallest_face_px=least, rotations_searched=settings.looks_turned)
    )


def find_forms(work: Work, kit: Kit) -> Work:
    """Note which of our printed release forms the photo shows; where there are people, look for smaller ones, too."""
    seen = over_white(work.pixels, work.alpha)
    numbers = numbers_at_a_glance(seen, closer=bool(work.photo.faces))
    return replace(work, photo=replace(work.photo, shown_forms=numbers)) if numbers else work


def add_known_faces(work: Work, kit: Kit) -> Work:
    """Add faces that people recorded, even where the detector misses them, and number all in reading order."""
    if not _known(work):
        return work
    faces = merge_face_records(work.photo.faces, _known(work))
    size = work.photo.width, work.photo.height
    inside = [replace(face, box=face.box.clipped(*size)) for face in faces]
    numbered = tuple(replace(face, number=number) for number, face in enumerate(reading_order(inside), start=1))
    return replace(work, photo=replace(work.photo, faces=numbered))


def answer_faces(work: Work, kit: Kit) -> Work:
    """Apply what people decided about each face, and what ``--redact`` asks for the rest."""
    by_name = {each.face_id: each for each in _known(work)}
    known = [by_name.get(face.identity) for face in work.photo.faces]
    faces = tuple(_answered(face, each, work, kit) for face, each in zip(work.photo.faces, known, strict=True))
    return replace(work, photo=replace(work.photo, faces=faces))


def keep_redacted_regions(work: Work, kit: Kit) -> Work:
    """Keep small grey copies of what will be hidden, to compare the written file with."""
    hidden = [face for face in work.photo.faces if face.is_hidden]
    return replace(work, heads=keep_regions(over_white(work.pixels, work.alpha), hidden)) if hidden else work


def redact_faces(work: Work, kit: Kit) -> Work:
    """Hide faces in the full-size picture, before anything is derived from it."""
    hidden = [face.box for face in work.photo.faces if face.is_hidden]
    if not hidden:
        return work
    secret = kit.settings.secret + str(work.job.number).encode()  # not the photo's hash, which depends on the face
    pixels, alpha = redact(work.pixels, work.alpha, hidden, kit.settings.profile.faces.redaction, secret)
    return replace(work, pixels=pixels, alpha=alpha)


def take_previews(work: Work, kit: Kit) -> Work:
    """Make the small pictures for the office: of a photo that is checked by itself one with its faces numbered."""
    if work.job.numbered and work.photo.faces:
        work = replace(work, numbered=numbered_preview(over_white(work.pixels, work.alpha), work.photo))
    if work.job.only_if_ready:
        return work
    return replace(work, pictures=make_previews(over_white(work.pixels, work.alpha), work.photo.faces))


def resize(work: Work, kit: Kit) -> Work:
    """Resize the picture for the channel."""
    alpha = None if work.alpha is None else resized(work.alpha, work.output_size)
    return replace(work, pixels=resized(work.pixels, work.output_size), alpha=alpha)


def describe(work: Work, kit: Kit) -> Work:
    """Fill in the public metadata: what people wrote in place of the templates, and the credit of a licensed photo."""
    photo, settings = work.photo, kit.settings
    licensed = photo.source_sha256 in work.job.licensed or settings.rights == "licensed"
    licensed = licensed and bool(photo.claims.rights)
    words = work.job.words.get(photo.source_sha256, NO_WORDS)
    public = public_metadata(settings, work.job.number, photo.claims, licensed=licensed, words=words)
    return replace(work, photo=replace(photo, public=public, licensed=licensed, words=words))


def add_watermarks(work: Work, kit: Kit) -> Work:
    """Draw the copyright watermark and the website overlay clear of all faces, or of the shown ones if it is tight.

    Proof marks, if asked for, cross the rest of the picture and leave these as they are.
    """
    height, width = work.pixels.shape[:2]
    across, down = width / work.photo.width, height / work.photo.height
    boxes = {face.number: face.box.scaled(across, down) for face in work.photo.faces}
    shown = [boxes[face.number] for face in work.photo.faces if not face.is_hidden]
    some_hidden = len(shown) < len(boxes)
    pixels, alpha, marks, repeated = work.pixels, work.alpha, *_marks(work.photo, kit)
    if some_hidden:  # a second try needs the picture as it was, and marks are drawn in place
        pixels, alpha = pixels.copy(), None if alpha is None else alpha.copy()
    marked = draw_watermarks(pixels, alpha, list(boxes.values()), marks)
    if marked.unplaced and some_hidden:
        marked = draw_watermarks(work.pixels, work.alpha, shown, marks)
    photo = replace(work.photo, unplaced_marks=marked.unplaced)
    pixels, alpha = marked.pixels, marked.alpha
    if repeated:
        spared = [mark.box for mark in marked.placed]
        pixels, alpha = draw_proof_pattern(pixels, alpha, repeated, kit.settings.proof_marks, spared)
    return replace(work, pixels=pixels, alpha=alpha, photo=photo)


def _marks(photo: Photo, kit: Kit) -> tuple[tuple[LoadedWatermark, ...], LoadedWatermark | None]:
    """The marks to draw, and the one that proof marks repeat; a licensed photo never has the organisation's copyright.

    Raises:
        PhotoError: its credit has a character that cannot be drawn.
    """
    if not photo.licensed or photo.public is None:
        return kit.marks, repeated_watermark(kit.marks)
    settings, credit = kit.settings, None
    names = dict.fromkeys(name for name in (photo.public.creator, photo.public.credit_line) if name)
    wanted = settings.profile.marks.credit_licensed
    if names and (wanted or settings.proof_marks != "none"):
        try:
            credit = credit_watermark(f"Photo: {'/'.join(names)}", settings)
        except ProfileError as problem:
            raise PhotoError(problem.reason, problem.hint) from None
    others = tuple(mark for mark in kit.marks if mark.name != "copyright")
    return ((credit, *others) if credit and wanted else others), credit


def apply_rules(work: Work, kit: Kit) -> Work:
    """Ask the rules, now that everything about the photo is known."""
    return replace(work, photo=replace(work.photo, findings=judge_by_rules(work.photo, kit.settings)))


def encode(work: Work, kit: Kit) -> Work:
    """Encode the clean file, if one is wanted."""
    held_back = work.job.only_if_ready and work.photo.verdict is not Verdict.READY
    if work.job.folder is None or held_back or work.photo.public is None:
        return replace(work, pixels=_NO_PIXELS, alpha=None)
    channel = kit.settings.channel
    as_png = work.photo.graphic and channel.graphics_as_png
    label = Label(xmp_packet(work.photo.public), app13_segment(work.photo.public))
    encoded = encode_image(work.pixels, work.alpha, as_png, channel, label)
    return replace(work, pixels=_NO_PIXELS, alpha=None, encoded=encoded)


def write_and_prove(work: Work, kit: Kit) -> Work:
    """Write the file, read it back from the disk, prove it, and only then give it its name."""
    if work.encoded is None or work.job.folder is None:
        return work
    path = work.job.folder / f"{work.job.stem}{work.encoded.suffix}"
    unfinished = write_temporary(path, work.encoded.data)
    try:
        written = unfinished.read_bytes()
        proof = prove(written)
        if not proof.proven:
            raise UnprovenFile(f"The written file did not pass the proof: {proof.problems[0].reason}")
        if proof.public != work.photo.public:
            raise UnprovenFile("The finished file does not contain the right public metadata.")
        _check_hidden(work, written)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    photo = replace(
        work.photo,
        name=path.name,
        output=str(path),
        sha256=proof.sha256,
        output_bytes=proof.size,
        output_width=work.encoded.width,
        output_height=work.encoded.height,
    )
    return replace(work, encoded=None, photo=photo)


def _check_hidden(work: Work, written: bytes) -> None:
    """Check that no hidden face can be recognised in the written file.

    Raises:
        ShownFace: one can, or it cannot be shown that none can.
    """
    hidden = [face.number for face in work.photo.faces if face.is_hidden]
    if not hidden:
        return
    if [each.number for each in work.heads] != hidden:
        raise ShownFace("imgvet cannot prove that every hidden face is gone from the finished file.", REPORT_HINT)
    shown = still_recognisable(seen_grey(written), work.heads, (work.photo.width, work.photo.height))
    if shown:
        faces = f"Face {shown[0]}" if len(shown) == 1 else f"Faces {', '.join(map(str, shown))}"
        raise ShownFace(f"{faces} can still be made out in the finished file, but should be hidden.", REPORT_HINT)


def _known(work: Work) -> tuple[FaceRecord, ...]:
    """The faces that people recorded in this very original; a changed one is another picture."""
    return work.job.known.get(work.photo.source_sha256, ())


def _answered(face: Face, known: FaceRecord | None, work: Work, kit: Kit) -> Face:
    if is_hidden(known, kit.settings.redact):
        return replace(face, resolved=Answer(REDACT))
    return settle_answer(face, known, work.job.forms, kit.settings.profile)
