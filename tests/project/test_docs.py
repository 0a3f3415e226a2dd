"""The docs are held together with the commands: what one says, the other does."""

import re
from pathlib import Path

import pytest
import typer

from imgvet.cli.app import app
from imgvet.profile import packaged_profiles
from imgvet.rules.rules import RULES
from tools import house

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
DOCS = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")), *PAGES]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EVERY = COMMANDS | {  # those of a group, too
    f"{name} {below}": command
    for name, group in COMMANDS.items()
    for below, command in getattr(group, "commands", {}).items()
}


def words_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_every_command_and_option_has_help() -> None:
    """``--help`` explains everything it lists, and each command in a sentence."""
    for name, command in EVERY.items():
        assert command.help, name
        for parameter in command.params:
            if parameter.name != "help":
                assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_the_docs_show_every_command() -> None:
    """No command is hidden, and none is shown that is not there."""
    code = "\n".join(re.findall(r"^```\n(.*?)^```", words_of(ROOT / "docs" / "office" / "commands.md"), re.M | re.S))
    shown = set(re.findall(r"^imgvet ([a-z]+) ", code, re.M))
    assert set(COMMANDS) <= shown
    assert shown <= set(COMMANDS)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_options_in_the_docs_exist(path: Path) -> None:
    """Every option that a page names belongs to a command."""
    parameters = [parameter for command in EVERY.values() for parameter in command.params]
    known = {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}
    for option in set(re.findall(r"`[^`\n]*?(--[a-z-]+)", words_of(path))):
        assert option in known | {"--version", "--help"}, f"{path.name} names {option}"


def links_of(path: Path) -> list[tuple[Path, str]]:
    """The files that a page links to, each with the heading it names or nothing."""
    links = re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", words_of(path))
    return [
        ((path.parent / link).resolve() if link else path, heading)
        for link, heading in links
        if not link.startswith("http")
    ]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_in_the_docs_lead_somewhere(path: Path) -> None:
    """Every relative link and picture is there, and so is the heading it names."""
    for link, heading in links_of(path):
        assert link.exists(), f"{path.name} links to {link}"
        if heading:
            headings = re.findall(r"^#+ (.+)$", words_of(link), re.M)
            anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
            assert heading in anchors, f"{path.name} links to {heading} in {link}"


def test_the_index_leads_to_every_page() -> None:
    """Each is named there; the README names the index."""
    index = ROOT / "docs" / "index.md"
    assert index in dict(links_of(ROOT / "README.md"))
    assert set(PAGES) - {index} <= set(dict(links_of(index)))


def test_the_readme_names_both_commands() -> None:
    """One that runs the main job, one that passes the tests; the Makefile has both."""
    makefile = words_of(ROOT / "Makefile")
    for target in ("demo", "test", "check", "bench"):
        assert re.search(rf"^{target}:", makefile, re.M), target
    assert "make demo" in words_of(ROOT / "README.md")
    assert "make test" in words_of(ROOT / "README.md")


def test_every_threat_names_the_tests_that_show_what_holds() -> None:
    """A promise in the table of threats has a test file, and one that is there."""
    table = words_of(ROOT / "docs" / "it" / "threat_model.md").partition("| threat |")[2].partition("\n\n")[0]
    rows = table.splitlines()[2:]
    assert len(rows) > 40
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)", row.rpartition(" | ")[2])
        assert named, row
        assert all((ROOT / name).is_file() for name in named), row


def test_every_rule_and_profile_is_documented() -> None:
    """docs/it/profiles.md knows them all."""
    page = words_of(ROOT / "docs" / "it" / "profiles.md")
    for name in [*(named.name for named in RULES), *packaged_profiles()]:
        assert f"`{name}`" in page, name


def test_the_rule_in_the_docs_is_a_rule() -> None:
    """The example of CONTRIBUTING.md runs as it stands."""
    rule, row = re.findall(r"```python\n(.*?)```", words_of(ROOT / "CONTRIBUTING.md"), re.S)
    from imgvet.photo import Event, Photo
    from imgvet.profile import Profile
    from imgvet.rules import rules
    from imgvet.settings import Settings

    space = dict(vars(rules))
    exec(rule, space)
    exec(f"spec = {row}", space)
    spec = space["spec"]
    assert isinstance(spec, rules.RuleSpec)
    said = list(spec.rule(Photo("a", width=2, height=3), Settings(Profile(), Event("x"))))
    assert len(said) == 1


def test_the_profile_in_the_docs_loads() -> None:
    """The example of docs/it/adding_a_channel.md is a profile."""
    from imgvet.profile import parse_profile

    page = words_of(ROOT / "docs" / "it" / "adding_a_channel.md")
    profile = parse_profile(re.findall(r"```toml\n(.*?)```", page, re.S)[0], "the docs")
    assert profile.channels["intranet"].long_side == 1280
    assert "flickr" in profile.channels


def test_the_house_is_drawn_as_it_stands() -> None:
    """Every room is in the drawing, every stage in the walk of one photo, in order; files and names are there."""
    from imgvet.pipeline import STAGES

    page = words_of(ROOT / "docs" / "developers" / "house.md")
    drawing, stages = page.split("```")[1], page.split("| stage |")[1].split("\n\n")[0]
    rooms = {room for floor in house.declared_floors(house.SOURCE) for room in floor}
    assert rooms - set(re.findall(r"\w+", drawing)) == set()
    assert re.findall(r"^\| `(\w+)`", stages, re.M) == [stage.__name__ for stage in STAGES]
    for file in re.findall(r"`([a-z_/]+\.py)`", page):
        assert (house.SOURCE / file).is_file(), file
    for name, file in re.findall(r"`(\w+)`(?: in)? `([a-z_/]+\.py)`", page):
        assert name in words_of(house.SOURCE / file), f"{name} in {file}"
    code = "".join(path.read_text(encoding="utf-8") for path in house.SOURCE.rglob("*.py"))
    for name in re.findall(r"`(?:\w+\.)?([A-Za-z_]{3,})`", page):
        assert name in code or (house.SOURCE / name).exists(), name
