"""The page of the leak list: written from outcomes, and read again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leaks.cases import ALL
from leaks.leak import Leak
from leaks.routes import Outcomes

WORDS = ("gone", "LEFT", "refused", "not run", "–")
_NOT_THEIRS = frozenset({"file name", "folder name", "sidecar"})  # whoever calls a cleaner names its output

_HEAD = """# The leak list

Every place where we know that a photo file can carry private data is a case here: a file is built that carries a
planted word, or a planted pattern of pixels, in that place; it goes through each tool; then every byte of what comes
out, every stream packed in it, and every pixel that can be decoded is searched for it. The cases are in
`tests/leaks/`, the same runs are tests (`tests/leaks/test_leaks.py`), and this page is written by `make leaks`.

- **gone**: a file came out, and nothing of what was planted is in it.
- **LEFT**: a file came out, and what was planted is still in it.
- **refused**: no file came out, and the tool said so.
- **not run**: the tool was not there. **–**: not the tool's job.

"""

_COMMANDS = """
The command lines, on the same files:

```
imgvet batch SOURCE --out BATCH --event TEXT --redact all
imgvet check PHOTO... --out DIR --redact all
imgvet strip PHOTO... --out DIR
exiftool -q -all= -CommonIFD0= -o DIR/ PHOTO        -CommonIFD0= as its FAQ asks for TIFF; trailers go with -all=
mat2 --inplace COPY
```

ExifTool edits metadata; it does not promise to change pixels or tables, and it keeps some blocks on purpose, because
other programs need them. Newer versions than those named may do better. `imgvet batch` and `imgvet check` build a new
file from decoded pixels; the profile of this run lets photos pass that name people, so that a clean file comes out to
be searched.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One tool, and what it made of each case."""

    title: str
    outcomes: Outcomes  # empty where the tool was not there

    def word(self, leak: Leak) -> str:
        """The cell of that case."""
        if not self.title.startswith("imgvet") and leak.around in _NOT_THEIRS:
            return "–"
        return self.outcomes[leak.id].word if leak.id in self.outcomes else "not run"


def page(columns: Sequence[Column]) -> str:
    """The whole page, in Markdown."""
    return _HEAD + _counts(columns) + _COMMANDS + _refusals(columns) + _kept() + _cases(columns)


def _counts(columns: Sequence[Column]) -> str:
    lines = [f"**{len(ALL)} cases.**", "", _row(["tool", *WORDS]), _row(["---", *["--:"] * len(WORDS)])]
    for column in columns:
        number = Counter(column.word(leak) for leak in ALL)
        lines.append(_row([column.title, *(str(number[word]) for word in WORDS)]))
    return "\n".join(lines) + "\n"


def _refusals(columns: Sequence[Column]) -> str:
    """The cases that imgvet refuses, with the reason."""
    lines = ["", "## What imgvet refuses", ""]
    for leak in ALL:
        names = [
            column.title for column in columns if column.title.startswith("imgvet") and column.word(leak) == "refused"
        ]
        if names:
            lines.append(f"- `{leak.id}` ({', '.join(names)}): {leak.refused or 'for no good reason'}.")
    return "\n".join(lines) + "\n"


def _kept() -> str:
    """The cases that no tool can clean that leaves pixels as they are."""
    lines = ["", "## What `imgvet strip` cannot remove", ""]
    lines += [f"- `{leak.id}`: {leak.kept_by_strip}." for leak in ALL if leak.kept_by_strip]
    lines += ["", "`imgvet batch` and `imgvet check` remove it: they write new pixels."]
    return "\n".join(lines) + "\n"


def _cases(columns: Sequence[Column]) -> str:
    titles = [column.title for column in columns]
    lines = ["", "## All cases", "", _row(["case", "carrier", *titles]), _row(["---"] * (2 + len(columns)))]
    lines += [_row([f"`{leak.id}`", leak.carrier, *(column.word(leak) for column in columns)]) for leak in ALL]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def listed(path: Path) -> dict[str, dict[str, str]]:
    """What the page says: for each case, its cell in each column."""
    lines = path.read_text(encoding="utf-8").splitlines()
    titles = next(_cells(line) for line in lines if line.startswith("| case |"))
    rows = [_cells(line) for line in lines if line.startswith("| `")]
    return {row[0].strip("`"): dict(zip(titles[2:], row[2:], strict=True)) for row in rows}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| ").split(" | ")]
