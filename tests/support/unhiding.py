"""Attacks on hidden faces: each looks at a published picture and says which of several people is in it."""

import io
from collections.abc import Callable, Iterable, Sequence
from itertools import product

import cv2
import numpy as np
from PIL import Image
from sample_images.drawing import Pen, blank, developed
from sample_images.people import BROWN, DARK, FAIR, OLIVE, ROSY, TAN, Person, draw_person
from skimage.restoration import wiener

from imgvet.geometry import Box
from imgvet.pixels import Pixels
from imgvet.redaction.shapes import head_shape

FACE = Box(101, 46, 155, 114)  # of everybody below
SIDE = 256  # pixels; everybody stands in the same square picture
Attack = Callable[[Pixels, Sequence[Pixels], Sequence[Pixels]], int]
"""What was published, the candidates, and the candidates redacted by the attacker: which candidate it is."""


def candidates(portrait: Pixels, admiral: Pixels) -> list[Pixels]:
    """Sixteen pictures that differ inside one head only: two real people, altered in many ways, and six drawn ones."""
    ground = cv2.resize(portrait[:390, 30:420], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    real = [_face_of(portrait, Box(188, 64, 262, 166)), _face_of(admiral, Box(212, 128, 322, 280))]
    faces = [
        *real,
        *(np.ascontiguousarray(face[:, ::-1]) for face in real),
        *(_turned(face, degrees) for face, degrees in product(real, (-12, 12))),
        np.asarray(real[0] * 0.5 + real[1] * 0.5, np.uint8),
        _lit(real[1], from_left=True),
        *_drawn(),
    ]
    return [_in_place(np.asarray(ground, np.uint8), face) for face in faces]


def same_redaction(published: Pixels, people: Sequence[Pixels], redacted: Sequence[Pixels]) -> int:
    """Redact everybody the same way, and take whoever comes nearest."""
    return int(np.argmin([np.abs(_head(published) - _head(each)).mean() for each in redacted]))


def sharpened(published: Pixels, people: Sequence[Pixels], redacted: Sequence[Pixels]) -> int:
    """Undo a blur by Wiener's filter, for several widths of it, and take whoever agrees best."""
    grey = _head(published).mean(axis=2) / 255
    won = [np.asarray(wiener(grey, _spread(sigma), 0.003)) for sigma in (2.0, 4.0, 6.0, 10.0)]  # type: ignore[no-untyped-call]
    return _nearest(won, people)


def enlarged(published: Pixels, people: Sequence[Pixels], redacted: Sequence[Pixels]) -> int:
    """Take means of blocks and enlarge them smoothly, for several sizes of blocks."""
    grey = _head(published).mean(axis=2).astype(np.float32)
    size = grey.shape[1], grey.shape[0]
    small = [cv2.resize(grey, (count, count), interpolation=cv2.INTER_AREA) for count in (5, 8, 10, 16)]
    return _nearest([np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_CUBIC)) for each in small], people)


def painted_in(published: Pixels, people: Sequence[Pixels], redacted: Sequence[Pixels]) -> int:
    """Let what surrounds the head grow into it, beside what the head itself shows."""
    inside = np.zeros((SIDE, SIDE), np.uint8)
    inside[FACE.top : FACE.bottom, FACE.left : FACE.right] = 255
    grown = [cv2.inpaint(published, inside, 5, how) for how in (cv2.INPAINT_NS, cv2.INPAINT_TELEA)]
    return _nearest([_head(np.asarray(each, np.uint8)).mean(axis=2) for each in [*grown, published]], people)


ATTACKS: tuple[Attack, ...] = (same_redaction, sharpened, enlarged, painted_in)


def as_published(pixels: Pixels) -> Pixels:
    """The picture after JPEG of quality 90."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    return np.asarray(Image.open(out), np.uint8)


def _face_of(picture: Pixels, face: Box) -> Pixels:
    head = head_shape(FACE).box
    grown = Box(
        face.left - round((FACE.left - head.left) / FACE.width * face.width),
        face.top - round((FACE.top - head.top) / FACE.height * face.height),
        face.right + round((head.right - FACE.right) / FACE.width * face.width),
        face.bottom + round((head.bottom - FACE.bottom) / FACE.height * face.height),
    ).clipped(picture.shape[1], picture.shape[0])
    region = picture[grown.top : grown.bottom, grown.left : grown.right]
    return np.asarray(cv2.resize(region, (head.width, head.height), interpolation=cv2.INTER_AREA), np.uint8)


def _turned(face: Pixels, degrees: float) -> Pixels:
    height, width = face.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.08)
    return np.asarray(cv2.warpAffine(face, turn, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def _lit(face: Pixels, *, from_left: bool) -> Pixels:
    light = np.linspace(1.3, 0.5, face.shape[1]) if from_left else np.linspace(0.5, 1.3, face.shape[1])
    return np.asarray(np.clip(face * light[np.newaxis, :, np.newaxis], 0, 255), np.uint8)


def _drawn() -> Iterable[Pixels]:
    people = (
        Person(FAIR, (120, 80, 40), (40, 60, 120), hair="long"),
        Person(DARK, (20, 16, 14), (150, 40, 40), hair="curly", smile=0.2),
        Person(OLIVE, (60, 100, 120), (70, 50, 90), hair="hijab"),
        Person(ROSY, (200, 200, 200), (40, 90, 60), glasses=True),
        Person(TAN, (30, 24, 20), (60, 60, 60), beard=True),
        Person(BROWN, (40, 30, 24), (120, 120, 40), hair="bald", hat="beanie"),
    )
    for person in people:
        pen = Pen(blank(320, 400, (90, 120, 150), (150, 160, 170)))
        draw_person(pen.at(160, 190, 74), person)
        yield _face_of(developed(pen.canvas, 1), Box(92, 100, 228, 292))


def _in_place(ground: Pixels, face: Pixels) -> Pixels:
    head = head_shape(FACE)
    columns, rows = np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5
    share = np.clip(-head.beyond(columns, rows) / (0.1 * head.radius), 0, 1)[..., np.newaxis]
    whole = ground.copy()
    whole[head.box.top : head.box.bottom, head.box.left : head.box.right] = face
    return np.asarray(np.round(whole * share + ground * (1 - share)), np.uint8)


def _head(picture: Pixels) -> np.ndarray:
    box = head_shape(FACE).box
    return picture[box.top : box.bottom, box.left : box.right].astype(np.float32)


def _spread(sigma: float) -> np.ndarray:
    line = cv2.getGaussianKernel(2 * round(3 * sigma) + 1, sigma)
    return np.asarray(line @ line.T)


def _nearest(won: Sequence[np.ndarray], people: Sequence[Pixels]) -> int:
    """Who agrees best with any of the pictures that were won back, inside the face."""
    box = head_shape(FACE).box
    inner = np.s_[FACE.top - box.top : FACE.bottom - box.top, FACE.left - box.left : FACE.right - box.left]
    known = [_head(person).mean(axis=2)[inner] for person in people]
    return int(np.argmax([max(_agreement(each[inner], face) for each in won) for face in known]))


def _agreement(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's correlation; 0 where one of them is flat."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / size if size > 1e-6 else 0.0
