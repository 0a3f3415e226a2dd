"""The stages of ``imgvet.pipeline``, in the order in which they run: what happens to one photo, a step each.

A stage is a plain function ``(Work, Kit) -> Work``. ``Work`` holds pixels and never leaves the worker process. A stage
that cannot continue raises a ``PhotoError``, which fails the photo.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from imgvet.area_matching import hides_area, merge_area_records, numbered_areas
from imgvet.atomic_files import write_temporary
from imgvet.capture_order import camera_mark
from imgvet.decisions import NO_WORDS, REDACT, REDACT_AREA, Answer, AreaRecord, FaceRecord
from imgvet.decode.limits import CheckedFile, check_limits
from imgvet.decode.open import open_upright
from imgvet.encode.encode import Encoded, Label, encode_image, over_white, seen_colours, seen_grey
from imgvet.encode.numbered_faces import numbered_preview
from imgvet.encode.previews import make_previews
from imgvet.encode.public_metadata import app13_segment, public_metadata, xmp_packet
from imgvet.errors import PhotoError, ProfileError, ShownFace, UnprovenFile
from imgvet.faces.detector import Detector, load_detector, smallest_face_px
from imgvet.faces.fusion import reading_order
from imgvet.faces.matching import is_hidden, merge_face_records
from imgvet.form_codes.codes import numbers_at_a_glance
from imgvet.formats.sniff import detect_format, read_source, suffix_mismatch
from imgvet.geometry import outline_box
from imgvet.inspection.drafts import draft_with_sidecars
from imgvet.inspection.inspect import inspect, with_lsb_text
from imgvet.inspection.inspection import Inspection
from imgvet.photo import Area, ChannelCopy, Face, Photo, Previews, Verdict, photo_for, with_channel
from imgvet.photo_jobs import REPORT_HINT, PhotoJob
from imgvet.pixels import Pixels, perceptual_hash, pixel_checksum, resized
from imgvet.profile import Limits, published_size, shrinks_well
from imgvet.proof.prove import prove
from imgvet.reading.reader import Reader, load_reader, still_readable
from imgvet.redaction.comparison import RedactedRegion, keep_regions, still_recognisable
from imgvet.redaction.paint import redact
from imgvet.redaction.shapes import Shape, area_shape, head_shape
from imgvet.rules.area_answers import settle_area
from imgvet.rules.area_rules import area_verdicts
from imgvet.rules.face_answers import settle_answer
from imgvet.rules.picture_text import allowed_text, find_in_text
from imgvet.rules.rules import judge_by_rules
from imgvet.settings import Settings
from imgvet.sharpness import sharpness_of
from imgvet.text import and_list
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
    reader: Reader | None = None  # None: the profile has text in pictures off


@dataclass(frozen=True, slots=True)
class MarkedPicture:
    """Pixels that are ready to be encoded."""

    pixels: Pixels
    alpha: Pixels | None


@dataclass(frozen=True, slots=True)
class Work:
    """A photo on its way: the record, and the pixels and bytes that must not leave the worker."""

    job: PhotoJob
    photo: Photo
    file: CheckedFile = _NO_FILE  # the source, until it is decoded
    pixels: Pixels = field(default_factory=lambda: _NO_PIXELS)  # upright, sRGB
    alpha: Pixels | None = None
    output_size: tuple[int, int] = (0, 0)  # width and height that the channels take at most, in pixels
    inspection: Inspection | None = None
    larger: Mapping[str, int] = field(default_factory=dict)  # how many times larger something is covered, by label
    kept: tuple[RedactedRegion, ...] = ()  # the places that are hidden, as they were before
    pictures: Previews | None = None
    numbered: bytes | None = None  # a JPEG
    marked: Mapping[str, MarkedPicture] = field(default_factory=dict)  # by channel, where marks were drawn for its size
    encoded: Mapping[str, Encoded] = field(default_factory=dict)  # by channel


def open_kit(settings: Settings, threads: int = 1) -> Kit:
    """Load the models and the watermarks, once for each worker; ``threads``: that look for faces and text at once.

    Raises:
        ModelError, ProfileError: as ``imgvet.photo_jobs.vet_jobs``.
    """
    cv2.setNumThreads(1)  # the workers share the cores
    reader = None if settings.profile.text == "off" else load_reader(threads)
    return Kit(settings, load_detector(threads), load_watermarks(settings), reader)


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
        draft=draft_with_sidecars(inspection.draft, work.job.source) if kit.settings.keeps_captions else NO_WORDS,
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
    size = max(_size_for(name, width, height, kit.settings) for name in kit.settings.channel_names)
    return replace(
        work,
        file=_NO_FILE,
        pixels=upright.pixels,
        alpha=upright.alpha,
        output_size=size,
        inspection=inspection,
        photo=photo,
    )


def read_clean_file(work: Work, kit: Kit) -> Work:
    """Read the clean file of a photo that was vetted before, in place of its original."""
    made = work.job.clean
    if made is None:
        raise PhotoError("There is no clean file to copy.", REPORT_HINT)
    limits = kit.settings.profile.limits
    data = read_source(work.job.source, limits)
    if hashlib.sha256(data).hexdigest() != made.sha256:
        raise PhotoError("Its clean file was changed while imgvet was at work.", "Run the same command again.")
    upright = open_upright(check_limits(data, detect_format(data), limits))
    size = upright.pixels.shape[1], upright.pixels.shape[0]
    photo = replace(made, source=work.photo.source, name="", output=None)
    return replace(work, photo=photo, pixels=upright.pixels, alpha=upright.alpha, output_size=size)


def _size_for(channel: str, width: int, height: int, settings: Settings) -> tuple[int, int]:
    """Width and height that a channel takes of a picture of these sides."""
    return published_size(width, height, settings.for_channel(channel).channel)


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


def measure_sharpness(work: Work, kit: Kit) -> Work:
    """Measure how sharp the picture is, before anything in it is hidden."""
    likely = [face.box for face in work.photo.faces if not face.possible]
    return replace(work, photo=replace(work.photo, sharpness=sharpness_of(work.pixels, likely)))


def read_text(work: Work, kit: Kit) -> Work:
    """Read what the published picture would show, and note the places that rules ask about; the text is dropped."""
    if kit.reader is None:
        return work
    photo, profile = work.photo, kit.settings.profile
    published = work.output_size[0] / photo.width
    seen = kit.reader.read(over_white(work.pixels, work.alpha), published)
    found = find_in_text(seen, (photo.width, photo.height), published, allowed_text(profile), area_verdicts(profile))
    areas = [
        Area(number, each.rule, outline_box(each.outline), each.outline, each.possible, each.detail)
        for number, each in enumerate(found, 1)
    ]
    return replace(work, photo=replace(photo, areas=numbered_areas(areas), text_searched=True))


def find_forms(work: Work, kit: Kit) -> Work:
    """Note which of our printed release forms the photo shows; where there are people, look for smaller ones, too."""
    seen = over_white(work.pixels, work.alpha)
    numbers = numbers_at_a_glance(seen, closer=bool(work.photo.faces))
    return replace(work, photo=replace(work.photo, shown_forms=numbers)) if numbers else work


def add_known_faces(work: Work, kit: Kit) -> Work:
    """Add faces that people recorded, even where the detector misses them, and number all in reading order."""
    work = _with_known_areas(work)
    if not _known(work):
        return work
    faces = merge_face_records(work.photo.faces, _known(work))
    size = work.photo.width, work.photo.height
    inside = [replace(face, box=face.box.clipped(*size)) for face in faces]
    numbered = tuple(replace(face, number=number) for number, face in enumerate(reading_order(inside), start=1))
    return replace(work, photo=replace(work.photo, faces=numbered))


def _with_known_areas(work: Work) -> Work:
    """The same of areas."""
    known = work.job.areas.get(work.photo.source_sha256, ())
    if not known:
        return work
    merged = merge_area_records(work.photo.areas, known)
    return replace(work, photo=replace(work.photo, areas=numbered_areas(merged)))


def answer_faces(work: Work, kit: Kit) -> Work:
    """Apply what people decided about each face and area, and what ``--redact`` asks for the other faces."""
    work = _with_answered_areas(work, kit)
    by_name = {each.face_id: each for each in _known(work)}
    known = [by_name.get(face.identity) for face in work.photo.faces]
    faces = tuple(_answered(face, each, work, kit) for face, each in zip(work.photo.faces, known, strict=True))
    return replace(work, photo=replace(work.photo, faces=faces))


def _with_answered_areas(work: Work, kit: Kit) -> Work:
    by_name = {each.area_id: each for each in work.job.areas.get(work.photo.source_sha256, ())}
    areas = [(area, by_name.get(area.identity)) for area in work.photo.areas]
    answered = tuple(_answered_area(area, known, kit) for area, known in areas)
    return replace(work, photo=replace(work.photo, areas=answered))


def _answered_area(area: Area, known: AreaRecord | None, kit: Kit) -> Area:
    if hides_area(known):
        return replace(area, resolved=Answer(REDACT_AREA))
    return settle_area(area, known, kit.settings.profile)


def keep_redacted_regions(work: Work, kit: Kit) -> Work:
    """Keep small grey copies of what will be hidden, to compare the written file with."""
    hidden = _hidden_shapes(work.photo)
    return replace(work, kept=keep_regions(over_white(work.pixels, work.alpha), hidden)) if hidden else work


def redact_faces(work: Work, kit: Kit) -> Work:
    """Hide faces and areas in the full-size picture, before anything is derived from it."""
    hidden = _hidden_shapes(work.photo, work.larger)
    if not hidden:
        return work
    secret = kit.settings.secret + str(work.job.number).encode()  # not the photo's hash, which depends on the face
    pixels, alpha = work.pixels, work.alpha
    solid = [shape for label, shape in hidden.items() if work.larger.get(label, 0) >= _SOLID_FROM]
    if solid:
        pixels, alpha = redact(pixels, alpha, solid, "solid", secret)
    others = [shape for shape in hidden.values() if shape not in solid]
    pixels, alpha = redact(pixels, alpha, others, kit.settings.profile.faces.redaction, secret)
    photo = replace(work.photo, covered_larger=tuple(label for label in hidden if label in work.larger))
    return replace(work, pixels=pixels, alpha=alpha, photo=photo)


_SOLID_FROM = 3  # times that something is covered larger: then in one dark colour, and no larger still


def covered_again(work: Work, places: Sequence[str]) -> dict[str, int] | None:
    """How many times larger everything is to be covered when the photo is made again, because these still showed.

    None where that would be no use: they are covered as large as can be, in one colour.
    """
    if not places or any(work.larger.get(label, 0) >= _SOLID_FROM for label in places):
        return None
    return {**work.larger, **{label: work.larger.get(label, 0) + 1 for label in places}}


def _hidden_shapes(photo: Photo, larger: Mapping[str, int] | None = None) -> dict[str, Shape]:
    """What is hidden in a photo, by the label that messages use; ``larger``: how many times larger than usual.

    However large it is covered, the finished file is compared with the place in its usual size.
    """
    times = Counter(larger)
    shown = [face.box for face in photo.faces if not (face.resolved and (face.resolved.hides or face.resolved.denies))]
    heads = {f"Face {face.number}": face.box for face in photo.faces if face.is_hidden}
    areas = {f"Area {each.letters}": each.corners for each in photo.areas if each.is_hidden}
    return {
        **{label: head_shape(box, shown, times[label]) for label, box in heads.items()},
        **{label: area_shape(area, times[label]) for label, area in areas.items()},
    }


def take_previews(work: Work, kit: Kit) -> Work:
    """Make the small pictures for the office: of a photo that is checked by itself one with its faces numbered."""
    if work.job.numbered and (work.photo.faces or work.photo.areas):
        work = replace(work, numbered=numbered_preview(over_white(work.pixels, work.alpha), work.photo))
    if work.job.only_if_ready:
        return work
    seen = over_white(work.pixels, work.alpha)
    return replace(work, pictures=make_previews(seen, work.photo.faces, work.photo.areas))


def resize(work: Work, kit: Kit) -> Work:
    """Resize the picture to what the channels take at most."""
    alpha = _resized_alpha(work.alpha, work.output_size)
    return replace(work, pixels=resized(work.pixels, work.output_size), alpha=alpha)


def describe(work: Work, kit: Kit) -> Work:
    """Fill in the public metadata for each channel, with what people wrote in place of the templates."""
    photo, settings = work.photo, kit.settings
    licensed = photo.source_sha256 in work.job.licensed or settings.rights == "licensed"
    licensed = photo.licensed if work.job.clean else licensed and bool(photo.claims.rights)
    words = photo.words if work.job.clean else work.job.words.get(photo.source_sha256, NO_WORDS)
    first, *others = (
        ChannelCopy(name, public=public_metadata(each, work.job.number, photo.claims, licensed=licensed, words=words))
        for name in settings.channel_names
        for each in [settings.for_channel(name)]
    )
    photo = replace(photo, channel=first.channel, public=first.public, copies=tuple(others))
    return replace(work, photo=replace(photo, licensed=licensed, words=words))


def add_watermarks(work: Work, kit: Kit) -> Work:
    """Draw the copyright watermark and the website overlay clear of all faces, or of the shown ones if it is tight.

    Proof marks, if asked for, cross the rest of the picture and leave these as they are. Marks are drawn once, in the
    largest size, except for channels where letters would become too small, and for transparent pictures.
    """
    apart, unplaced = dict[str, MarkedPicture](), dict[str, None]()
    for name in kit.settings.channel_names:
        size = _size_for(name, work.photo.width, work.photo.height, kit.settings)
        shrunk = work.alpha is None and shrinks_well((mark.height for mark in kit.marks), size)
        if size != work.output_size and not shrunk:
            smaller = replace(work, pixels=resized(work.pixels, size), alpha=_resized_alpha(work.alpha, size))
            marked = _with_marks(smaller, kit)
            apart[name] = MarkedPicture(marked.pixels, marked.alpha)
            unplaced |= dict.fromkeys(marked.photo.unplaced_marks)
    work = _with_marks(work, kit)
    unplaced = dict.fromkeys((*work.photo.unplaced_marks, *unplaced))
    return replace(work, marked=apart, photo=replace(work.photo, unplaced_marks=tuple(unplaced)))


def _resized_alpha(alpha: Pixels | None, size: tuple[int, int]) -> Pixels | None:
    return None if alpha is None else resized(alpha, size)


def _with_marks(work: Work, kit: Kit) -> Work:
    """The picture with its marks, in the size that it has."""
    height, width = work.pixels.shape[:2]
    across, down = width / work.photo.width, height / work.photo.height
    boxes = {face.number: face.box.scaled(across, down) for face in work.photo.faces}
    shown = [boxes[face.number] for face in work.photo.faces if not face.is_hidden]
    areas = [area.box.scaled(across, down) for area in work.photo.areas if area.is_hidden]  # where nothing may be read
    some_hidden = len(shown) < len(boxes)
    pixels, alpha, marks, repeated = work.pixels, work.alpha, *_marks(work.photo, kit)
    if some_hidden:  # a second try needs the picture as it was, and marks are drawn in place
        pixels, alpha = pixels.copy(), None if alpha is None else alpha.copy()
    marked = draw_watermarks(pixels, alpha, [*boxes.values(), *areas], marks)
    if marked.unplaced and some_hidden:
        marked = draw_watermarks(work.pixels, work.alpha, [*shown, *areas], marks)
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
    photo = work.photo
    for name in kit.settings.channel_names:
        part = photo_for(photo, name)
        part = replace(part, findings=judge_by_rules(part, kit.settings.for_channel(name)))
        photo = with_channel(photo, part)
    return replace(work, photo=photo)


def encode(work: Work, kit: Kit) -> Work:
    """Encode the clean file for each channel, if one is wanted."""
    encoded = dict[str, Encoded]()
    for name in kit.settings.channel_names:
        part = photo_for(work.photo, name)
        held_back = work.job.only_if_ready and part.verdict is not Verdict.READY
        copied = work.job.clean is not None and name not in work.job.channels
        if work.job.folder is None or held_back or copied or part.public is None:
            continue
        channel = kit.settings.for_channel(name).channel
        picture = work.marked.get(name) or _shrunk_for(name, work, kit)
        label = Label(xmp_packet(part.public), app13_segment(part.public))
        as_png = part.graphic and channel.graphics_as_png
        encoded[name] = encode_image(picture.pixels, picture.alpha, as_png, channel, label)
    if work.job.clean is None:  # else the copies are compared with it
        work = replace(work, pixels=_NO_PIXELS, alpha=None)
    return replace(work, marked={}, encoded=encoded)


def _shrunk_for(channel: str, work: Work, kit: Kit) -> MarkedPicture:
    """The marked picture in the size that a channel takes."""
    size = _size_for(channel, work.photo.width, work.photo.height, kit.settings)
    return MarkedPicture(resized(work.pixels, size), _resized_alpha(work.alpha, size))


def write_and_prove(work: Work, kit: Kit) -> Work:
    """Write each file, read it back from the disk, prove it, and only then give it its name."""
    photo, written = work.photo, list[str]()
    try:
        for channel, encoded in work.encoded.items():
            part = _written(photo_for(photo, channel), encoded, work, kit)
            written.append(str(part.output))
            photo = with_channel(photo, part)
    except BaseException:
        for path in written:  # a photo has all its files or none
            Path(path).unlink(missing_ok=True)
        raise
    return replace(work, encoded={}, photo=photo)


def _written(part: Photo, encoded: Encoded, work: Work, kit: Kit) -> Photo:
    """The photo as it is for one channel, with its file, which is written and proven."""
    first = part.channel == work.photo.channel
    stem = work.job.stem if first else work.job.file_stem(part.channel)
    path = (work.job.folder or Path()) / f"{stem}{encoded.suffix}"
    unfinished = write_temporary(path, encoded.data)
    try:
        written = unfinished.read_bytes()
        proof = prove(written)
        if not proof.proven:
            raise UnprovenFile(f"The written file did not pass the proof: {proof.problems[0].reason}")
        if proof.public != part.public:
            raise UnprovenFile("The finished file does not contain the right public metadata.")
        _check_hidden(work, written)
        _check_nothing_is_read(work, written, kit)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return replace(
        part,
        name=f"{work.job.stem}{encoded.suffix}",
        output=str(path),
        sha256=proof.sha256,
        output_bytes=proof.size,
        output_width=encoded.width,
        output_height=encoded.height,
    )


def _check_hidden(work: Work, written: bytes) -> None:
    """Check that no hidden face can be recognised in the written file.

    Raises:
        ShownFace: one can, or it cannot be shown that none can.
    """
    hidden = _hidden_shapes(work.photo)
    if not hidden:
        return
    if work.job.clean:
        _check_same(work, written)
        return
    if {each.label: each.shape for each in work.kept} != hidden:
        raise ShownFace("imgvet cannot prove that every hidden face is gone from the finished file.", REPORT_HINT)
    shown = still_recognisable(seen_grey(written), work.kept, (work.photo.width, work.photo.height), work.larger)
    if shown:
        reason = f"{and_list(shown)} can still be made out in the finished file, but should be hidden."
        raise ShownFace(reason, _SHOWN_HINT, shown)


_SHOWN_HINT = "Leave the photo out, or draw a larger area over it; and report this to the maintainers of imgvet."


def _check_nothing_is_read(work: Work, written: bytes, kit: Kit) -> None:
    """Read the hidden areas of the written file again; not under proof marks, which are text themselves.

    Raises:
        ShownFace: text, a code or a plate can still be read in one.
    """
    hidden = [area for area in work.photo.areas if area.is_hidden]
    if not hidden or kit.reader is None or kit.settings.proof_marks != "none":
        return
    picture = seen_colours(written)
    across, down = picture.shape[1] / work.photo.width, picture.shape[0] / work.photo.height
    outlines = [tuple((round(x * across), round(y * down)) for x, y in area.corners) for area in hidden]
    if read := still_readable(kit.reader, picture, outlines):
        labels = [f"Area {hidden[place].letters}" for place in read]
        reason = f"{and_list(labels)} can still be read in the finished file, but should be hidden."
        raise ShownFace(reason, _SHOWN_HINT, labels)


def _check_same(work: Work, written: bytes) -> None:
    """Check that a copy shows of every hidden place what the clean file shows, in which nothing can be made out.

    Raises:
        ShownFace: it does not.
    """
    grey = seen_grey(written)
    size = grey.shape[1], grey.shape[0]
    before = cv2.cvtColor(resized(over_white(work.pixels, work.alpha), size), cv2.COLOR_RGB2GRAY)
    differs = cv2.absdiff(before, grey)
    across, down = size[0] / work.photo.width, size[1] / work.photo.height
    hidden = {f"face {face.number}": face.box for face in work.photo.faces if face.is_hidden}
    hidden |= {f"area {area.letters}": area.box for area in work.photo.areas if area.is_hidden}
    for label, place in hidden.items():
        box = place.scaled(across, down).clipped(*size)
        region = differs[box.top : box.bottom, box.left : box.right]
        if region.size and float(region.mean()) > _JPEG_ERROR:
            raise ShownFace(f"Hidden {label} looks different in the copy.", REPORT_HINT)


_JPEG_ERROR = 12  # grey levels on average, which coding a picture again does not reach


def _known(work: Work) -> tuple[FaceRecord, ...]:
    """The faces that people recorded in this very original; a changed one is another picture."""
    return work.job.known.get(work.photo.source_sha256, ())


def _answered(face: Face, known: FaceRecord | None, work: Work, kit: Kit) -> Face:
    if is_hidden(known, kit.settings.redact):
        return replace(face, resolved=Answer(REDACT))
    return settle_answer(face, known, work.job.forms, kit.settings.profile)
