"""What private data means, in plain words for an officer: one sentence a group."""

import re
from collections.abc import Callable, Container, Iterable

from imgvet.inspection.findings import PrivateItem
from imgvet.photo import FileClaims
from imgvet.text import count, long_time

_TO_THE_SECOND = len("2026-06-14T10:31:00")  # by the camera's clock, in whatever zone
_CLASSES = {"T": "Top Secret", "S": "Secret", "C": "Confidential", "R": "Restricted", "U": "Unclassified"}
_OWNERS = ("OwnerName", "CameraOwnerName", "owner")
_MAKERS = ("Artist", "Photographer", "creator", "By-line", "XPAuthor", "Author", "author", "Creator")
_PLACES = ("City", "Sub-location", "Location", "Province-State", "State", "Country", "CountryName", "Places")


def summary(group: str, items: list[PrivateItem], position: tuple[float, float] | None, captured: str) -> str:
    """What the items of one group reveal, in one sentence, or two if something must be done."""
    if group == "gps":
        return _where(items, position)
    if group == "time":
        if captured:
            return f"It recorded when it was taken: {long_time(captured[:_TO_THE_SECOND])}."
        return _first("It records a time", items)
    return _SENTENCES[group](items)


def what_matters(
    items: Iterable[PrivateItem], position: tuple[float, float] | None, captured: str, public: Container[str]
) -> list[str]:
    """What an officer needs to know, a short line each: place, time, names, serial numbers, hidden pictures, text.

    ``public``: texts that the published file says itself, on purpose; they are left out.
    """
    groups: dict[str, list[PrivateItem]] = {}
    for item in items:
        if item.value not in public:
            groups.setdefault(item.group, []).append(item)
    owners, people, device = (groups.get(name, []) for name in ("owner", "people", "device"))
    told = {
        "Place": _place(groups["gps"], position) or "data about it" if "gps" in groups else "",
        "Time": (long_time(captured[:_TO_THE_SECOND]) or _values(groups["time"], 1)) if "time" in groups else "",
        "Names": _values([*(_named(owners, (*_OWNERS, *_MAKERS)) or owners), *_people_named(people)]),
        "Serial numbers": _values([item for item in device if "serial" in item.name.lower()]),
        "Hidden in the file": _hidden_pictures(groups["pictures"]) if "pictures" in groups else "",
        "Text": _values(groups.get("text", []), 3),
    }
    return [f"{name}: {words}" for name, words in told.items() if words]


def claim_sentences(claims: FileClaims) -> list[str]:
    """What it says of its rights and its making, a sentence each."""
    rights = "; ".join(each.words for each in claims.rights[:5])
    told = {
        f"It names an owner: {rights}.": claims.rights,
        "It is marked as rejected.": claims.rejected,
        f"It says that it was made or altered by AI: {claims.made_by_ai}.": claims.made_by_ai,
        "It is a 360° picture, which viewers turn.": claims.spherical,
    }
    return [sentence for sentence, is_so in told.items() if is_so]


def _where(items: list[PrivateItem], position: tuple[float, float] | None) -> str:
    if place := _place(items, position):
        return f"It recorded where it was taken: {place}." if position else f"It names a place: {place}."
    return "It carries data about its place, but no readable position."


def _place(items: list[PrivateItem], position: tuple[float, float] | None) -> str:
    if not position:
        return _values([item for item in items if item.name.rpartition("/")[2] in _PLACES])
    latitude, longitude = position
    north = f"{abs(latitude):.4f} {'S' if latitude < 0 else 'N'}"
    return f"{north}, {abs(longitude):.4f} {'W' if longitude < 0 else 'E'}"


def _first(start: str, items: list[PrivateItem]) -> str:
    """The first value that says anything, after those words."""
    value = next((item.value for item in items if item.value), "")
    return f"{start}: {value}." if value else f"{start}."


def _values(items: list[PrivateItem], most: int = 5) -> str:
    """The different values, the first five of them."""
    values = list(dict.fromkeys(item.value for item in items if item.value))
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(values[:most]) + more


def _named(items: list[PrivateItem], names: tuple[str, ...]) -> list[PrivateItem]:
    return [item for item in items if item.name in names and item.value]


def _owner(items: list[PrivateItem]) -> str:
    owners, makers = _named(items, _OWNERS), _named(items, _MAKERS)
    if owners:
        return f"It names the owner of the camera: {_values(owners)}."
    if makers:
        return f"It names who took it: {_values(makers)}."
    return _first("It carries a copyright, credit or contact", items)


def _device(items: list[PrivateItem]) -> str:
    model = " ".join(dict.fromkeys(item.value for item in _named(items, ("Make",))[:1] + _named(items, ("Model",))[:1]))
    serial = next((item.value for item in items if "serial" in item.name.lower() and item.value), "")
    host = next((item.value for item in items if item.name == "HostComputer"), "")
    parts = [model, f"serial number {serial}" if serial else "", f"computer {host}" if host else ""]
    told = ", ".join(part for part in parts if part)
    return f"It names the device: {told}." if told else _first("It names the device or program", items)


def _people(items: list[PrivateItem]) -> str:
    words = _values(_people_named(items))
    return f"It names people: {words}." if words else "It marks people or faces in the picture."


def _people_named(items: list[PrivateItem]) -> list[PrivateItem]:
    return [item for item in items if re.search(r"(?i)name|^person|^people$", item.name)]


def _pictures(items: list[PrivateItem]) -> str:
    return f"It holds {_hidden_pictures(items)}."


def _hidden_pictures(items: list[PrivateItem]) -> str:
    names = {item.name for item in items}
    told = []
    if names & {"ThumbnailImage", "JFXX thumbnail", "Thumbnails"} or any("Thumbnails/" in name for name in names):
        told.append("a hidden smaller picture (thumbnail), perhaps from before cropping")
    if names & {"MotionPhoto", "Video"} or any("Motion" in name or "MicroVideo" in name for name in names):
        told.append("a short video, perhaps with sound")
    known = ("Thumbnail", "MotionPhoto", "Video", "MicroVideo", "JFXX")
    rest = [name for name in sorted(names) if not any(word in name for word in known)]
    if rest:
        told.append(f"further hidden pictures or recordings ({', '.join(rest[:4])})")
    return "; ".join(told)


def _classification(items: list[PrivateItem]) -> str:
    value = items[0].value
    word = _CLASSES.get(value.strip().upper()[:1], "") if len(value.strip()) == 1 else ""
    return f"It carries a security classification: {value}{f' ({word})' if word else ''}. Stop and ask."


def _history(items: list[PrivateItem]) -> str:
    count = "one entry" if len(items) == 1 else f"{len(items)} entries"
    return f"It keeps a history of how it was edited, or names of earlier files: {count}."


def _other(items: list[PrivateItem]) -> str:
    return f"It carries other camera data: {count(len(items), 'field')}."


def _unknown(items: list[PrivateItem]) -> str:
    shown = ", ".join(dict.fromkeys(f"{item.value} ({item.where})" for item in items[:3]))
    return f"It carries unknown data: {shown}{' and more' if len(items) > 3 else ''}."


_SENTENCES: dict[str, Callable[[list[PrivateItem]], str]] = {
    "owner": _owner,
    "device": _device,
    "people": _people,
    "minor": lambda _: "It says that a person shown is under 18. Stop and ask.",
    "pictures": _pictures,
    "text": lambda items: f"It carries text: {_values(items, 3)}.",
    "history": _history,
    "classification": _classification,
    "credentials": lambda _: "It carries content credentials, which can name people, devices and earlier versions.",
    "colour": lambda items: _first("It carries a colour profile", items[-1:]),
    "other": _other,
    "unknown": _unknown,
}
