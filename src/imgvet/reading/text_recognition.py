"""What a line of text says: the recogniser, and how its output becomes characters.

The model is PP-OCRv6's: it looks at one line, 48 pixels high, and gives for each eighth pixel along it a score to each
character and to "no further character" (Graves et al., "Connectionist Temporal Classification", 2006).
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imgvet.errors import ModelError
from imgvet.model_files import REBUILD, ModelFile
from imgvet.pixels import Pixels

TEXT_RECOGNISER = ModelFile("imgvet.reading", "text_recogniser", "model that reads text")

LINE_HEIGHT = 48  # pixels, of the input
_STEP = 8  # pixels along the line, for one step of the output
_CERTAIN = 0.8  # score of a character that is hardly ever another one
_LONGEST = 2400  # pixels of the input; a longer line is squeezed


@dataclass(frozen=True, slots=True)
class Reading:
    """What one line says."""

    text: str = ""
    characters: tuple[float, ...] = ()  # the score of each, 0 to 1

    @property
    def score(self) -> float:
        """The mean of the characters' scores; 0 where there are none."""
        return sum(self.characters) / len(self.characters) if self.characters else 0.0

    def exceeds(self, other: "Reading") -> bool:
        """Whether this says more than the other, and nothing of it is less certain than letters usually are."""
        return len(self.text) > len(other.text) and min(self.characters, default=0.0) >= _CERTAIN


@dataclass(frozen=True, slots=True)
class TextRecogniser:
    """The loaded recogniser; one for each worker process."""

    session: Any  # onnxruntime.InferenceSession, which has no types of its own
    characters: str  # by class, from 1; the last class is the space

    def read(self, line: Pixels) -> Reading:
        """Read one line of text, RGB, (48, width, 3).

        Raises:
            ModelError: the model gave no usable answer.
        """
        (output,) = self.session.run(None, {"x": _model_input(line)})
        if not np.isfinite(output).all() or output.shape[2] != len(self.characters) + 2:
            raise ModelError("The model that reads text gave no usable answer.", REBUILD)
        return reading_of(output[0], self.characters)


def reading_of(scores: NDArray[np.float32], characters: str) -> Reading:
    """The reading for the scores of each step, (steps, classes): one class for several steps is one character."""
    best = scores.argmax(axis=1)
    alphabet = characters + " "
    text: list[str] = []
    sure: list[float] = []
    before = 0
    for step, each in enumerate(best):
        score = float(scores[step, each])
        if each and each == before:
            sure[-1] = max(sure[-1], score)
        elif each:
            text.append(alphabet[each - 1])
            sure.append(score)
        before = each
    while text and text[0] == " ":
        del text[0], sure[0]
    while text and text[-1] == " ":
        del text[-1], sure[-1]
    return Reading(unicodedata.normalize("NFC", "".join(text)), tuple(sure))


def _model_input(line: Pixels) -> NDArray[np.float32]:
    height, width = line.shape[:2]
    if width > _LONGEST:
        line = np.asarray(cv2.resize(line, (_LONGEST, height), interpolation=cv2.INTER_AREA), np.uint8)
        width = _LONGEST
    padded = np.zeros((3, height, -(-width // _STEP) * _STEP), np.float32)
    for channel, plane in enumerate(reversed(cv2.split(line))):  # blue, green, red
        padded[channel, :, :width] = plane * np.float32(1 / 127.5) - 1
    return padded[np.newaxis]
