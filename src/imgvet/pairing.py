"""What is found in a photo and what people recorded of it, faces and areas, paired one to one from records alone."""

from collections.abc import Callable, Collection, Iterable
from typing import Protocol, TypeVar

from imgvet.geometry import Box


class PairedFind(Protocol):
    """What is found, with its number within its photo."""

    @property
    def number(self) -> int:
        """Given to nothing else of its kind in the photo."""


class PairedRecord(Protocol):
    """What people recorded."""

    @property
    def identity(self) -> Box:
        """The box by which it is told for good."""

    @property
    def box(self) -> Box:
        """Where it is."""

    @property
    def stays(self) -> bool:
        """Whether it is one even where nothing is found."""


_Found = TypeVar("_Found", bound=PairedFind)
_Known = TypeVar("_Known", bound=PairedRecord)


def best_pairs(likely: Iterable[tuple[_Found, _Known]]) -> list[tuple[_Found, _Known]]:
    """Of pairs, the likeliest first, those that share neither side with a likelier one."""
    pairs: list[tuple[_Found, _Known]] = []
    paired, recorded = set[int](), set[Box]()
    for found, known in likely:
        if id(found) not in paired and known.identity not in recorded:
            paired.add(id(found))
            recorded.add(known.identity)
            pairs.append((found, known))
    return pairs


def merge_pairs(
    found: Collection[_Found],
    known: Collection[_Known],
    pairs: Iterable[tuple[_Found, _Known]],
    as_known: Callable[[_Found, _Known], _Found],
    kept: Callable[[int, _Known], _Found],
) -> tuple[_Found, ...]:
    """What is found, each as people know it, and behind it what stays although it is not among that.

    Args:
        found: in the photo.
        known: what people recorded.
        pairs: of them, each of either once at most.
        as_known: what is found with what people know of it.
        kept: what stays, under the number that it gets.
    """
    by_number = {each.number: record for each, record in pairs}
    taken = {record.identity for record in by_number.values()}
    lost = [each for each in known if each.stays and each.identity not in taken]
    lost.sort(key=lambda each: (each.box.as_list(), each.identity.as_list()))
    start = max((each.number for each in found), default=0) + 1
    return (
        *(as_known(each, by_number[each.number]) if each.number in by_number else each for each in found),
        *(kept(number, each) for number, each in enumerate(lost, start)),
    )
