"""What ``imgvet init`` does: six questions on a terminal, or options, and the short imgvet.toml that they make."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from imgvet.atomic_files import write_atomic, write_new
from imgvet.cli.console import can_be_asked, print_note, say_left_out
from imgvet.errors import UsageError
from imgvet.named_files import PROFILE, read_named
from imgvet.people_names import checked_name
from imgvet.profile import (
    FLICKR_LICENCES,
    OWN_PROFILE,
    Licence,
    Organisation,
    load_profile,
    packaged_profiles,
    parse_profile,
)
from imgvet.text import one_line, visible

_OPTIONS = ("--name", "--website", "--press-office", "--licence", "--force", "--by")
_LICENCES = {name: number for number, name in FLICKR_LICENCES.items() if number == 0 or name.startswith("CC BY")}
_CC_WORDS = {"BY": "Attribution", "NC": "NonCommercial", "ND": "NoDerivatives", "SA": "ShareAlike"}
_WEBSITE = re.compile(r"(?:http://)?[^\s/:@.]+(?:\.[^\s/:@.]+)+(?::\d+)?(?:/\S*)?")  # a host with a dot, perhaps a path
_NO_FORCE = "none"


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """The six answers, in the order in which they are asked for; an empty one was not given."""

    name: str = ""
    website: str = ""
    press_office: str = ""
    licence: str = ""  # one of those in ``FLICKR_LICENCES``
    force: str = ""  # a profile that comes with imgvet
    by: str = ""  # whose name is recorded where --by is left out


def write_own_profile(given: Sequence[str | None]) -> None:
    """Write ``imgvet.toml`` into the working folder from what the options gave; on a terminal the rest is asked for.

    Raises:
        UsageError: there is one already, an answer cannot be used, or there are no answers and no terminal.
    """
    *others, by = given
    if Path(OWN_PROFILE).exists():
        if by is None or any(each is not None for each in others):
            raise _already_there()
        _add_name(_read_name(by))
        return
    if can_be_asked():
        answers = _asked(given)
    else:
        answers = OwnAnswers(*(read(typed or "") for read, typed in zip(_READERS, given, strict=True)))
    if not (answers.name or answers.force or answers.by):
        raise UsageError(
            "`imgvet init` asks its questions on a terminal; elsewhere it needs at least your organisation's name.",
            f"Give the answers as options: {', '.join(_OPTIONS)}.",
        )
    try:
        write_new(Path(OWN_PROFILE), own_profile(answers).encode())
    except FileExistsError:
        raise _already_there() from None
    print_note(f"Wrote {OWN_PROFILE}. Check it with: imgvet doctor")


def own_profile(answers: OwnAnswers) -> str:
    """The profile that the answers make, as TOML: what was answered, and nothing more."""
    base = answers.force or "general"
    below = load_profile(base)[0]
    names = {"name": answers.name, "website": answers.website, "press_office": answers.press_office}
    organisation: dict[str, str | int] = {key: text for key, text in names.items() if text}
    releases: dict[str, str | int] = {}
    licence = _licence_keys(answers.licence) if _LICENCES.get(answers.licence, 0) != below.licence.flickr_id else {}
    if answers.name and below.organisation.name.casefold() not in {"", answers.name.casefold()}:
        organisation = {**names, "creator": "", "credit_line": ""}  # another's rules, and none of its names
        licence = licence or {"usage_terms": Licence().usage_terms, "web_statement": ""}
        releases = {"prefix": "REL"}
    whose = answers.name or below.organisation.name or "this office"
    lines = [
        f"# The house rules of {whose}. imgvet uses this file when you run it in this folder.",
        f"# Everything not set here is as in the profile {base}; docs/it/profiles.md explains every setting.",
        *_toml_keys({"name": answers.name or below.organisation.name or base, "extends": base}),
    ]
    office: dict[str, str | int] = {"by": answers.by} if answers.by else {}
    tables = {"organisation": organisation, "office": office, "licence": licence, "releases": releases}
    for table, keys in tables.items():
        lines += ["", f"[{table}]", *_toml_keys(keys)] if keys else []
    return "\n".join(lines) + "\n"


def _toml_keys(values: Mapping[str, str | int]) -> list[str]:
    """Lines of TOML, whose strings are written as those of JSON are."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]


def _licence_keys(name: str) -> dict[str, str | int]:
    if not _LICENCES[name]:
        return {"name": name, "flickr_id": 0, "usage_terms": Licence().usage_terms}
    code, _, version = name.removeprefix("CC ").partition(" ")
    words = "-".join(_CC_WORDS[each] for each in code.split("-"))
    return {
        "name": name,
        "flickr_id": _LICENCES[name],
        "usage_terms": f"© {{organisation}} {{year}}. Creative Commons {words} {version} International.",
        "web_statement": f"https://creativecommons.org/licenses/{code.lower()}/{version}/",
    }


def _already_there() -> UsageError:
    return UsageError(
        f"There is an {OWN_PROFILE} here already. It was not changed.",
        "Edit it, or move it away. To add your name to it alone: imgvet init --by NAME",
    )


def _add_name(name: str) -> None:
    """Add whose name is recorded to the ``imgvet.toml`` that is there; nothing else in it changes.

    Raises:
        UsageError: it has one already, or cannot be added to.
    """
    path = Path(OWN_PROFILE)
    profile, _ = load_profile(OWN_PROFILE)
    text = read_named(path, PROFILE).decode("utf-8-sig")
    added = f"{text.rstrip()}\n\n[office]\n{_toml_keys({'by': name})[0]}\n"
    if profile.office.by or path.is_symlink() or "office" in tomllib.loads(text):
        there = f"has a name already, {profile.office.by}" if profile.office.by else "has an [office] or is a link"
        raise UsageError(
            f"{OWN_PROFILE} {there}; it was not changed.", f"Write it there, below [office]: {added.splitlines()[-1]}"
        )
    if parse_profile(added, OWN_PROFILE).office.by != name:
        raise UsageError(
            f"Nothing can be added to {OWN_PROFILE}.", 'Write your name there, below [office], as by = "…".'
        )
    write_atomic(path, added.encode())
    print_note(f"Added to {OWN_PROFILE}: {visible(name)} is recorded where --by is left out.")


# What an answer may be


def _read_text(typed: str) -> str:
    say_left_out(f"'{one_line(typed)}'", typed)
    return one_line(typed)


def _read_website(typed: str) -> str:
    website = re.sub(r"(?i)^https://", "", one_line(typed)).rstrip("/")
    if website and not _WEBSITE.fullmatch(website):
        raise UsageError(f"'{website}' is not a website.", "Write it as it should appear, e.g. www.example.org.")
    return website


def _read_licence(typed: str) -> str:
    return _chosen("licence", typed, {name: name for name in _LICENCES})


def _read_force(typed: str) -> str:
    chosen = _chosen("force", typed, {_NO_FORCE: "general"} | {name: each.name for name, each in _forces().items()})
    return "" if chosen == _NO_FORCE else chosen


def _read_name(typed: str) -> str:
    return checked_name(typed, "--by is empty.") if one_line(typed) else ""


_READERS: tuple[Callable[[str], str], ...] = (
    _read_text, _read_website, _read_text, _read_licence, _read_force, _read_name,
)  # fmt: skip


def _forces() -> dict[str, Organisation]:
    """Whose each profile is that comes with imgvet, except ``general``."""
    return {name: load_profile(name)[0].organisation for name in packaged_profiles() if name != "general"}


def _chosen(what: str, typed: str, offered: Mapping[str, str]) -> str:
    """The choice that was typed, by its number in the list, its name or its other words; empty where nothing was.

    Raises:
        UsageError: it is none of them.
    """
    wanted = _plain(typed)
    for number, (name, words) in enumerate(offered.items(), 1):
        if wanted in {str(number), _plain(name), _plain(words), _plain(name).removesuffix("40")}:
            return name
    if wanted:
        raise UsageError(f"'{one_line(typed)}' is not a {what} in the list.", f"Choose one of: {', '.join(offered)}.")
    return ""


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


# The questions


def _asked(given: Sequence[str | None]) -> OwnAnswers:
    """The answers, each asked for where no option gives it."""
    name, website, press_office, licence, force, by = given
    forces = _forces()
    theirs = forces.get(_read_force(force or ""), Organisation())
    name = _answer("Name of your organisation", name, _read_text, theirs.name, needed=True)
    same = next((each for each, whose in forces.items() if whose.name.casefold() == name.casefold()), _NO_FORCE)
    theirs = forces.get(same, Organisation())
    website = _answer("Its website, as it should appear on the photos", website, _read_website, theirs.website)
    press_office = _answer("How people reach the press office", press_office, _read_text)
    licence = _answer("Licence of the photos", licence, _read_licence, "1", offered=tuple(_LICENCES))
    offered = (_NO_FORCE, *(whose.name for whose in forces.values()))
    force = _answer("Use the rules of which police force", force, _read_force, same, offered=offered)
    by = _answer("Your name, for the record; leave it out on a computer that several people share", by, _read_name)
    return OwnAnswers(name, website, press_office, licence, force, by)


def _answer(
    question: str,
    given: str | None,
    read: Callable[[str], str],
    default: str = "",
    *,
    offered: Sequence[str] = (),
    needed: bool = False,
) -> str:
    """What an option gave, or else what is typed; asked again until it can be used."""
    if given is not None:
        return read(given)
    for number, each in enumerate(offered, 1):
        print_note(f"  {number}  {each}")
    while True:
        typed = typer.prompt(question, default=default, show_default=bool(default), err=True)
        try:
            answer = read(typed)
        except UsageError as problem:
            print_note(str(problem))
            continue
        if answer or not needed:
            return answer
        print_note("It is required: the copyright notice names it.")
