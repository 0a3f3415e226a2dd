"""Plain text files that people wrote, line by line: lists of names, code replacements."""

from pathlib import Path

from imgvet.errors import TableError
from imgvet.named_files import CSV_LIST, read_named
from imgvet.tables.encodings import UnknownEncodingError, decode_text


def read_lines(path: Path) -> list[str]:
    """The lines of a text file in whatever encoding its bytes are proof of, without their ends.

    Raises:
        TableError: it cannot be read, is not a text, or does not say in which encoding it was saved.
    """
    data = read_named(path, CSV_LIST)
    try:
        text = decode_text(data)
    except UnknownEncodingError:
        reason = f"'{path}' is not a text file, or does not say in which encoding it was saved."
        raise TableError(reason, "Save it as plain text in UTF-8, and name that file.") from None
    if "\0" in text:
        raise TableError(f"'{path}' is not a text file.", "Save it as plain text in UTF-8, and name that file.")
    return text.splitlines()
