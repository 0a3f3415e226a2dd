"""How tests declare the statements of a profile where there is no terminal: read first, by their code."""

import re

from support.commands import Imgvet, Ran

_CODE = re.compile("Code of this wording: (.*)")


def declaring(imgvet: Imgvet, *words: object, by: str) -> Ran:
    """Run a command that declares, once it has shown the statements."""
    return imgvet(*words, "--declare", by, *statements_read(imgvet, *words))


def statements_read(imgvet: Imgvet, *words: object) -> tuple[str, ...]:
    """The option that says that the statements were read, with the code that the command shows; none without any."""
    code = _CODE.search(imgvet(*words, "--show-statements").out)
    return ("--statements-read", code[1]) if code else ()
