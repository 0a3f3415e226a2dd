"""The ``imgvet`` command, which is also ``python -m imgvet``.

Nothing is imported here before Python's version is known; this file is read by older ones, too.
"""

import sys


def run() -> None:
    """Run the command line and end the process: whatever fails is one sentence and an exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - pip does not check the version when imgvet runs from a folder
        here = ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write(f"imgvet: imgvet needs Python 3.11 or newer; this is {here}.\n")
        sys.stderr.write("Install it with a newer Python, then run the same command again.\n")
        sys.exit(4)
    try:
        from imgvet.fault_report import run_guarded  # noqa: PLC0415 - an older Python cannot read it
    except KeyboardInterrupt:
        sys.exit(130)
    run_guarded()


if __name__ == "__main__":
    run()
