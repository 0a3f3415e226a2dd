"""Boxes and outlines, in pixels of the upright full-size photo; right and bottom of a box are exclusive."""

from dataclasses import dataclass

Outline = tuple[tuple[int, int], ...]
"""Corners (x, y) of a polygon, in order round it, at least three; in pixels of the upright full-size photo."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright full-size photo; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels inside; 0 for an inverted box."""
        return max(0, self.width) * max(0, self.height)

    def clipped(self, width: int, height: int) -> "Box":
        """The part of the box inside a picture of that size; its area is 0 if nothing is left."""
        left, top = min(max(self.left, 0), width), min(max(self.top, 0), height)
        return Box(left, top, min(max(self.right, left), width), min(max(self.bottom, top), height))

    def grown(self, fraction: float) -> "Box":
        """The box with ``fraction`` of its own width and height added on every side."""
        across, down = round(self.width * fraction), round(self.height * fraction)
        return Box(self.left - across, self.top - down, self.right + across, self.bottom + down)

    def scaled(self, across: float, down: float) -> "Box":
        """The box in a picture ``across`` times as wide and ``down`` times as high."""
        return Box(
            round(self.left * across),
            round(self.top * down),
            round(self.right * across),
            round(self.bottom * down),
        )

    def common_area(self, other: "Box") -> int:
        """Pixels that are in both boxes."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        ).area

    def joined(self, other: "Box") -> "Box":
        """The smallest box that contains both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0 to 1."""
        common = self.common_area(other)
        joined = self.area + other.area - common
        return common / joined if joined else 0.0

    def as_list(self) -> list[int]:
        """``[left, top, right, bottom]``, as in JSON."""
        return [self.left, self.top, self.right, self.bottom]


def outline_box(outline: Outline) -> Box:
    """The smallest box that has every corner of the outline in it."""
    across, down = [x for x, _ in outline], [y for _, y in outline]
    return Box(min(across), min(down), max(across) + 1, max(down) + 1)


def box_outline(box: Box) -> Outline:
    """The corners of the box: top left, top right, bottom right, bottom left."""
    right, bottom = box.right - 1, box.bottom - 1
    return (box.left, box.top), (right, box.top), (right, bottom), (box.left, bottom)
