"""What ``imgvet inspect`` finds beside what ExifTool finds: ``python benchmarks/inspect_against_exiftool.py FOLDER``.

ExifTool runs once over all files (``exiftool -json -G1 -a -n -r``). Its groups File, System, ExifTool and Composite do
not count: they tell of the file and of sums, not of metadata. Only files of kinds that imgvet takes are compared; the
others are counted and left aside, since imgvet refuses them.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imgvet.decode.limits import check_limits
from imgvet.errors import ImgvetError
from imgvet.formats.sniff import detect_format
from imgvet.inspection.inspect import inspect
from imgvet.inspection.inspection import Inspection
from imgvet.profile import Limits

NO_METADATA = {"File", "System", "ExifTool", "Composite", "SourceFile"}
FARTHEST = 0.0005  # degrees between the two positions, about 50 metres
NOTHING = re.compile(r"[\s0:.,/-]*|\(none\)|n/a|unknown", re.IGNORECASE)

Field = tuple[str, str, str]  # ExifTool's group, name and value


@dataclass(frozen=True)
class Subject:
    """One thing to be found: how ExifTool names it, and how it is seen in an inspection."""

    name: str
    fields: re.Pattern[str]  # of "Group:Name"
    seen: Callable[[Inspection], bool]


def has(*groups: str) -> Callable[[Inspection], bool]:
    """Whether an inspection has an item in one of those groups."""
    return lambda report: bool(set(groups).intersection(report.groups))


def has_serial(report: Inspection) -> bool:
    """Whether an inspection has an item that tells one device or one picture from all others."""
    return any(
        item.group == "device" and re.search("(?i)serial|unique|identifier|uuid|number", item.name)
        for item in report.items
    )


SUBJECTS = (
    Subject("GPS", re.compile(r":GPS(Latitude|Longitude|Position|Coordinates)$"), has("gps")),
    Subject(
        "place names",
        re.compile(r"^(IPTC|XMP-\w+|Panasonic):.*(City|Sub-?location|Country|Province|State|WorldRegion|Landmark)\b"),
        has("gps"),
    ),
    Subject(
        "owner",
        re.compile(
            r"^(?!ICC|PNG-|Track|QuickTime:MediaH).*:(Artist|Author|By-?line|Creator|\w*OwnerName|Copyright(Notice|Owner\w*)?"
            r"|Credit|Rights|XPAuthor|Photographer|Contact|Creator(WorkEmail|WorkURL|WorkTelephone))$"
        ),
        has("owner"),
    ),
    Subject("serial", re.compile(r":(\w*SerialNumber\w*|ImageUniqueID|BurstUUID|ContentIdentifier)$"), has_serial),
    Subject(
        "dates",
        re.compile(
            r"^(?!ICC|Track|QuickTime|Composite).*:(\w*(Date|DateTime)(Original|Digitized|Created)?|DateCreated|TimeCreated)$"
        ),
        has("time", "gps"),
    ),
    Subject(
        "hidden pictures",
        re.compile(
            r":(ThumbnailImage|PreviewImage|PhotoshopThumbnail|OtherImage|JpgFromRaw|MPImage\d+|MotionPhotoVideo"
            r"|EmbeddedVideoFile|DepthMap\w*|DualCamera\w+|ThumbnailTIFF|GainMapImage|ThumbnailOffset)$"
        ),
        has("pictures"),
    ),
    Subject(
        "people",
        re.compile(
            r":(PersonInImage\w*|Region\w*(Name|Type|Rectangle)\w*|\w*Face\d?(Name|Age)|Baby(Name|Age)|ModelAge)$"
        ),
        has("people", "minor"),
    ),
    Subject("credentials", re.compile(r"^(JUMBF|CBOR|C2PA):"), has("credentials")),
    Subject(
        "text",
        re.compile(
            r"^(?!CBOR).*:(Caption-Abstract|Description|ImageDescription|UserComment|Title|Headline|Keywords|Subject|XPComment"
            r"|XPTitle|XPKeywords|Comment)$"
        ),
        has("text"),
    ),
    Subject(
        "history", re.compile(r":(History\w+|DerivedFrom\w+|DocumentAncestors|DocumentID|InstanceID)$"), has("history")
    ),
)


@dataclass
class Tally:
    """One subject over all files."""

    files: int = 0  # in which ExifTool finds it
    both: int = 0  # in which inspect finds it too
    missed: list[str] = field(default_factory=list)
    values: int = 0  # that ExifTool shows
    shown: int = 0  # of them, those that inspect shows too
    not_shown: list[str] = field(default_factory=list)


def main(folder: Path) -> None:
    """Read all files with both, and print the comparison."""
    if shutil.which("exiftool") is None:
        sys.exit("ExifTool is not installed, so there is nothing to compare with.")
    known, exiftool_seconds = by_exiftool(folder)
    tallies = {subject.name: Tally() for subject in SUBJECTS}
    crashes, refused, far, slow = [], 0, [], (0.0, "")
    seconds = 0.0
    for path, fields in known.items():
        data = path.read_bytes()
        try:
            file = check_limits(data, detect_format(data), Limits())
        except ImgvetError:
            refused += 1
            continue
        start = time.perf_counter()
        try:
            report = inspect(file)
        except Exception as problem:  # noqa: BLE001 -- what must not happen is counted here
            crashes.append(f"{path}: {problem!r}")
            continue
        took = time.perf_counter() - start
        seconds += took
        slow = max(slow, (took, str(path)))
        compare(tallies, str(path.relative_to(folder)), fields, report)
        far += distance(str(path.relative_to(folder)), fields, report)
    print_all(tallies)
    print_list("Positions that differ by more than 0.0005 degrees", far)
    print_list("Crashes", crashes)
    print(f"\n{len(known) - refused} files compared, {refused} of kinds that imgvet refuses, {len(crashes)} crashes.")
    print(f"ExifTool {exiftool_seconds:.1f} s, inspect {seconds:.1f} s, slowest file {slow[0]:.2f} s: {slow[1]}")


def by_exiftool(folder: Path) -> tuple[dict[Path, list[Field]], float]:
    """What ExifTool finds in each file, and the seconds that it took."""
    start = time.perf_counter()
    command = ["exiftool", "-json", "-G1", "-a", "-n", "-q", "-q", "-r", str(folder)]
    ran = subprocess.run(command, capture_output=True, check=False)
    listed: list[dict[str, Any]] = json.loads(ran.stdout or b"[]")
    known = {}
    for entry in listed:
        pairs = ((*key.partition(":")[::2], value) for key, value in entry.items())
        known[Path(entry["SourceFile"])] = [
            (group, name, text) for group, name, value in pairs for text in _texts(value)
        ]
    return known, time.perf_counter() - start


def _texts(value: Any) -> list[str]:
    """The value, or each value of a list."""
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def compare(tallies: dict[str, Tally], name: str, fields: list[Field], report: Inspection) -> None:
    """Add one file to the tallies."""
    shown = _letters(" ".join(item.value for item in report.items))
    for subject in SUBJECTS:
        hits = [
            (f"{group}:{tag}", value)
            for group, tag, value in fields
            if group not in NO_METADATA and subject.fields.search(f"{group}:{tag}") and not NOTHING.fullmatch(value)
        ]
        if not hits:
            continue
        tally = tallies[subject.name]
        tally.files += 1
        if subject.seen(report):
            tally.both += 1
        else:
            tally.missed.append(f"{name}: {hits[0][0]} = {hits[0][1][:60]}")
        for tag, value in hits if subject.name in ("owner", "serial", "people", "place names") else []:
            tally.values += 1
            if _letters(value)[:80] in shown:
                tally.shown += 1
            else:
                tally.not_shown.append(f"{name}: {tag} = {value[:60]}")


def _letters(text: str) -> str:
    """Only the letters and digits, so that separators do not count."""
    return re.sub(r"[\W_]+", "", text).lower()


def distance(name: str, fields: list[Field], report: Inspection) -> list[str]:
    """A line where the two positions are not the same."""
    sums = {tag: value for group, tag, value in fields if group == "Composite"}
    try:
        theirs = float(sums["GPSLatitude"]), float(sums["GPSLongitude"])
    except (KeyError, ValueError):
        return []
    ours = report.position
    if ours and max(abs(one - other) for one, other in zip(theirs, ours, strict=True)) <= FARTHEST:
        return []
    return [f"{name}: ExifTool {theirs}, inspect {ours}"]


def print_all(tallies: dict[str, Tally]) -> None:
    """The table, and below it what was missed."""
    print("| found by ExifTool | files | also by inspect | values | shown by inspect |")
    print("|---|--:|--:|--:|--:|")
    for name, tally in tallies.items():
        values = f"{tally.values} | {tally.shown}" if tally.values else "– | –"
        print(f"| {name} | {tally.files} | {tally.both} | {values} |")
    for name, tally in tallies.items():
        print_list(f"Missed: {name}", tally.missed)
        print_list(f"Values not shown: {name}", tally.not_shown)


def print_list(title: str, lines: list[str]) -> None:
    """A heading and lines, where there are any."""
    if lines:
        print(f"\n{title} ({len(lines)})")
        for line in lines:
            print(f"  {line.encode('ascii', 'backslashreplace').decode()}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python benchmarks/inspect_against_exiftool.py FOLDER")
    main(Path(sys.argv[1]))
