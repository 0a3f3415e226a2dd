"""The name that is used if ``--by`` is left out.

It is that of ``IMGVET_BY``, else of ``imgvet.toml`` in the working folder, else the one that somebody has given on the
review page, which is kept in a file among their own settings.

Never that of a batch's own profile: a batch may come from somebody else, and so may a file in one of its folders.
"""

import os
from pathlib import Path

from imgvet.errors import ProfileError, UsageError
from imgvet.people_names import name_problem, same_name

NAME_VARIABLE = "IMGVET_BY"
NAME_FILE_VARIABLE = "IMGVET_NAME_FILE"  # another place for the kept name
_LONGEST_KEPT = 4096  # bytes
_ME = "me"  # in place of a name, that which is set


def own_name(*, needed: bool = False) -> str:
    """The name that was set once; empty where none was.

    ``needed``: an ``imgvet.toml`` that cannot be read is an error, because the name may be in it.

    Raises:
        UsageError: what was set is not the name of a person.
        ProfileError: ``imgvet.toml`` cannot be read, and the name is needed.
    """
    from imgvet.profile import OWN_PROFILE

    name, where = os.environ.get(NAME_VARIABLE, ""), NAME_VARIABLE
    if not same_name(name):
        name, where = _of_profile(needed=needed), f"{OWN_PROFILE}: office.by"
    if not same_name(name):
        name, where = _kept(), str(_kept_in())
    if not same_name(name):
        return ""
    if problem := name_problem(name):
        raise UsageError(f"{where}: {problem}", "Correct it there, or give a name with --by.")
    return name


def needed_name() -> str:
    """The name that was set once; it is used by a command without ``--by``.

    Raises:
        UsageError, ProfileError: as ``own_name``, or none was set.
    """
    if name := own_name(needed=True):
        return name
    raise UsageError(
        "--by is missing: your name is recorded with what you do.",
        "Give it with --by NAME. To set it once, for the folder that you work in:",
        command="imgvet init --by NAME",
    )


def name_or_own(typed: str | None, by: str = "") -> str | None:
    """The name that was typed; where that is ``me``, ``by``, or the one that was set.

    Raises:
        UsageError, ProfileError: as ``needed_name``.
    """
    return (by or needed_name()) if typed is not None and typed.strip().casefold() == _ME else typed


def by_words() -> tuple[str, ...]:
    """What a command that is to be copied needs for a name: nothing where one is set."""
    return () if _is_set() else ("--by", "NAME")


def declare_words() -> tuple[str, ...]:
    """What a command that is to be copied needs to declare: ``--declare me`` where a name is set."""
    return "--declare", _ME if _is_set() else "NAME"


def keep_own_name(name: str) -> bool:
    """Keep a name for the next time, in a file that only its owner can read; whether that could be written.

    ``name``: one that ``people_names.checked_name`` gives.
    """
    from imgvet.atomic_files import write_atomic

    file = _kept_in()
    if os.path.lexists(file) and not file.is_file():  # a device, or a folder: it must not be replaced
        return False
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(file, f"{name}\n".encode(), 0o600)
    except OSError:
        return False
    return True


def _kept_in() -> Path:
    """The file with the kept name: what IMGVET_NAME_FILE names, else one among the user's own settings."""
    if named := os.environ.get(NAME_FILE_VARIABLE, ""):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("imgvet", appauthor=False) / "name.txt"


def _kept() -> str:
    """The kept name; empty where there is none."""
    from imgvet.named_files import UnfitFile, read_regular

    try:
        return read_regular(_kept_in(), _LONGEST_KEPT).decode("utf-8", "replace").strip()
    except UnfitFile:
        return ""


def _is_set() -> bool:
    try:
        return bool(own_name())
    except UsageError:  # what is set is not a name, which a command that needs one reports
        return False


def _came_with_a_batch(profile: Path) -> bool:
    """Whether it is in a folder of a batch, at any depth, or leads to a file that is in one."""
    try:
        folders = {*Path.cwd().parents, Path.cwd(), *profile.resolve().parents}
        return any((folder / "private" / "batch.db").is_file() for folder in folders)
    except (OSError, RuntimeError):  # a folder that is gone, or links in a circle: it may have
        return True


def _of_profile(*, needed: bool) -> str:
    from imgvet.named_files import is_named
    from imgvet.profile import OWN_PROFILE, load_profile

    if not is_named(Path(OWN_PROFILE)) or _came_with_a_batch(Path(OWN_PROFILE)):
        return ""
    try:
        return load_profile(OWN_PROFILE)[0].office.by
    except ProfileError:
        if needed:
            raise
        return ""
