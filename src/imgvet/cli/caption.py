"""``imgvet caption``: what each photo says of itself, who wrote that, and new words for it."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imgvet.cli.arguments import BatchArgument, JsonOption
from imgvet.cli.console import (
    print_answer,
    print_note,
    say_left_out,
    say_next,
    say_still_online,
    say_to_take_back,
    show_json,
)
from imgvet.decisions import PUBLIC_TEXT, WORD_NAMES
from imgvet.errors import UsageError
from imgvet.own_name import by_words, needed_name
from imgvet.text import and_list, command_line, count, long_time, split_tags, visible

if TYPE_CHECKING:
    from imgvet.batch.decisions.captions import ShownWord
    from imgvet.batch.decisions.written_words import PhotoWords
    from imgvet.batch.snapshot import BatchSnapshot
    from imgvet.batch.store import BatchStore
    from imgvet.decisions import WordChanges
    from imgvet.photo import Photo
    from imgvet.settings import Settings

_FIELDS = {
    "title": "title", "caption": "caption", "alt": "alt_text", "keywords": "keywords", "headline": "headline",
    "creator": "creator",
}  # fmt: skip
_ALL = "all"
_MOST_TOLD = 5  # photos whose words may give away too much


def caption(
    batch: BatchArgument,
    photo: Annotated[
        str,
        typer.Argument(
            metavar="PHOTO",
            help="The photo: its number, its file's name or its original's; several with commas between them; all is "
            "every photo. Left out: show what all of them say.",
            show_default=False,
        ),
    ] = "",
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its title, in place of the profile's template.")
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--caption", metavar="TEXT", help="Its caption. The link back to the event's page follows it."),
    ] = None,
    alt: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What the picture shows, for people who cannot see it."),
    ] = None,
    keywords: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAGS",
            help="Its keywords, beside those of the profile and the event, separated by commas. May be given several "
            "times.",
        ),
    ] = None,
    headline: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its headline, in place of the profile's template.")
    ] = None,
    creator: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who took it: the byline, in place of your organisation's."),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="FIELDS",
            help="Back to the profile's: title, caption, alt, keywords, headline, creator, or all.",
        ),
    ] = None,
    from_file: Annotated[
        bool,
        typer.Option(
            "--from-file",
            help='Take over what the original says of itself; where the profile says captions = "keep" it is shown.',
        ),
    ] = False,
    import_file: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="FILE",
            readable=False,
            help="Words from a table, CSV or XLSX, with a row a photo; in --title, --caption and the like {column} is "
            "what the row says in that column.",
            show_default=False,
        ),
    ] = None,
    codes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            readable=False,
            help="Code replacements, a code, a tab and a text a line: \\code\\ in these words becomes that text.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who wrote it.", show_default=False)] = "",
    as_json: JsonOption = False,
) -> None:
    """Show or write title, caption, alt text, keywords, headline and creator; finish writes them into the files."""
    from imgvet.batch.settings import saved_settings
    from imgvet.batch.store import open_batch

    said = {"title": title, "caption": text, "alt_text": alt, "headline": headline, "creator": creator}
    changes = _changes(said, keywords, template)
    writes = bool(changes) or from_file or import_file is not None
    _check_together(photo, import_file, codes, writes=writes)
    folder = open_batch(batch)
    settings, snapshot = saved_settings(folder), folder.snapshot()
    chosen = _named(snapshot, photo) if photo else snapshot.photos
    if from_file:
        _check_drafts(settings, chosen, folder.path)
    if writes:
        for option, field in _FIELDS.items():
            say_left_out(f"--{option}", said.get(field) or "")
        rows = _rows(import_file, snapshot, changes, settings) if import_file else [(each, changes) for each in chosen]
        if from_file:
            rows = [(each, {**each.draft.fields, **given}) for each, given in rows]
        _record(folder, settings, _with_codes(rows, codes), by or needed_name())
        snapshot = folder.snapshot()
    if as_json or not writes:
        for each in chosen:
            _show(each, settings, snapshot, as_json=as_json)
    if not writes:
        write = command_line("imgvet", "caption", batch, photo or "PHOTO", "--caption", "TEXT", *by_words())
        in_files = all(each.error is not None or _is_in_file(each, snapshot) for each in chosen)
        say_next("", write if in_files else command_line("imgvet", "finish", batch))


def _named(snapshot: "BatchSnapshot", text: str) -> "list[Photo]":
    """The photos that somebody names.

    Raises:
        UsageError: there is no such photo, or it is a face or an area.
    """
    from imgvet.batch.decisions.targets import parse_targets

    targets = list(parse_targets(snapshot.photos, text))
    if within := next((each for each in targets if each.face or each.area), None):
        what = "a face" if within.face else "an area"
        raise UsageError(f"'{text}' is {what}.", "Words are for whole photos, e.g. 3.")
    return [each.photo for each in targets]


def _check_together(photo: str, table: Path | None, codes: Path | None, *, writes: bool) -> None:
    """Refuse options that say too much or too little together.

    Raises:
        UsageError: they do.
    """
    if table and photo:
        raise UsageError("--import and PHOTO contradict each other: the table names the photos.", "Leave PHOTO out.")
    if codes and not writes:
        raise UsageError("--codes goes with words that have codes.", "Give some, e.g. with --caption or --import.")
    if writes and not photo and not table:
        raise UsageError("The command names no photo for these words.", "Name it, e.g. 3; for every photo, all.")


def _rows(
    table: Path, snapshot: "BatchSnapshot", templates: "WordChanges", settings: "Settings"
) -> "Sequence[PhotoWords]":
    """What a table says of photos, with the templates filled in.

    Raises:
        TableError: it cannot be read, or rows need correcting.
    """
    from imgvet.batch.decisions.written_words import filled_words, read_word_table

    return filled_words(read_word_table(table, snapshot.photos), templates, settings, table)


def _with_codes(asked: "Sequence[PhotoWords]", codes: Path | None) -> "Sequence[PhotoWords]":
    from imgvet.batch.decisions.written_words import read_codes, with_codes

    return with_codes(asked, read_codes(codes)) if codes else asked


def _record(folder: "BatchStore", settings: "Settings", asked: "Sequence[PhotoWords]", by: str) -> None:
    from imgvet.batch.decisions.captions import record_each
    from imgvet.batch.decisions.written_words import fields_in
    from imgvet.batch.publications import to_take_down
    from imgvet.batch.status import batch_state

    decided, fields = record_each(asked, folder, by), list(fields_in(asked))
    print_note(
        f"Recorded: {and_list(WORD_NAMES[field] for field in fields)} of {count(len(decided), 'photo')}, by {by}."
    )
    if same := len(asked) - len(decided):
        print_note(f"{count(same, 'photo')} had {'it' if len(fields) == 1 else 'them'} already.")
    snapshot = folder.snapshot()
    standing = batch_state(snapshot, settings)
    written = {each.photo for each in decided}
    _say_given_away([each for each in standing.photos if each.number in written])
    say_to_take_back(standing, settings, folder.path)
    say_still_online(to_take_down(snapshot, standing.judged, settings), folder.path)
    say_next("", command_line("imgvet", "finish", folder.path))


def _say_given_away(photos: "Sequence[Photo]") -> None:
    """What the new words may give away, told at once, while they are easily changed."""
    asked = [(photo, each) for photo in photos for each in photo.findings if each.rule == PUBLIC_TEXT]
    for photo, finding in asked[:_MOST_TOLD]:
        print_note(visible(f"Photo {photo.number}: {finding.reason}"))
    if len(asked) > _MOST_TOLD:
        print_note(f"… and {count(len(asked) - _MOST_TOLD, 'more photo')}.")
    if asked:
        held = "the photo is" if len(asked) == 1 else "the photos are"
        print_note(f"Until you change the words, or answer public-text after finish, {held} held back.")


def _check_drafts(settings: "Settings", photos: "Sequence[Photo]", batch: Path) -> None:
    """Refuse to take over what no original says.

    Raises:
        UsageError: the profile does not keep it, or the originals say nothing.
    """
    if not settings.keeps_captions:
        command = command_line("imgvet", "batch", batch, "--profile", "PROFILE", "--change-profile", "--note", "WHY")
        raise UsageError(
            "The profile of this batch does not keep what originals say of themselves.",
            'Add captions = "keep" under [metadata] to it, and change the profile of the batch:',
            command=command,
        )
    if not any(each.draft.fields for each in photos):
        raise UsageError("The files of these photos say nothing that could be taken over.", "Write it with --caption.")


def _changes(texts: "dict[str, str | None]", keywords: list[str] | None, template: str | None) -> "WordChanges":
    """What the options change, by the fields of ``Words``.

    Raises:
        UsageError: a field that does not exist, or one that is given and taken back at once.
    """
    changes: dict[str, str | tuple[str, ...] | None] = {
        field: said for field, said in texts.items() if said is not None
    }
    if keywords is not None:
        changes["keywords"] = tuple(tag for each in keywords for tag in split_tags(each))
    back = [] if template is None else [each.strip().lower() for each in template.split(",") if each.strip()]
    for name in _FIELDS if _ALL in back else back:
        if name not in _FIELDS:
            raise UsageError(f"'{name}' is nothing that a template says.", f"Name {', '.join(_FIELDS)} or {_ALL}.")
        if _FIELDS[name] in changes:
            raise UsageError(f"--template and --{name} contradict each other.", "Give only one of them.")
        changes[_FIELDS[name]] = None
    return changes


def _show(photo: "Photo", settings: "Settings", snapshot: "BatchSnapshot", *, as_json: bool) -> None:
    from imgvet.batch.decisions.captions import shown_words

    if photo.error is not None:
        return
    words = list(shown_words(settings, photo, snapshot.decisions_on(photo.number)))
    if as_json:
        show_json({
            "photo": photo.source,
            "number": photo.number,
            "file": photo.name,
            "words": {each.field: _as_json(each) for each in words},
            "draft": photo.draft.fields,
            "in_file": _is_in_file(photo, snapshot),
        })  # fmt: skip
        return
    print_answer(f"Photo {photo.number}: {photo.name} ({PurePath(photo.source).name})")
    for line in (*_lines(words), *_draft_lines(photo, words)):
        print_answer(line)
    if not _is_in_file(photo, snapshot):
        print_answer("    Its file does not have these words yet; finish writes them.")


def _is_in_file(photo: "Photo", snapshot: "BatchSnapshot") -> bool:
    """Whether its file has the words that people wrote last."""
    from imgvet.batch.decisions.state import words_given

    return photo.words == words_given(snapshot.decisions_on(photo.number))


def _lines(words: "Sequence[ShownWord]") -> Iterator[str]:
    for each in words:
        text = each.said if isinstance(each.said, str) else ", ".join(each.said)
        whence = f"by {each.source.by}, {long_time(each.source.at)}" if each.source else "from the template"
        limit = "".join(f"; {one.length} of {one.most} for {one.channel}" for one in each.limits)
        yield f"    {WORD_NAMES[each.field] + ':':<10} {text or '(none)'}"
        if text:
            yield f"    {'':<10} ({whence}{limit})"


def _draft_lines(photo: "Photo", words: "Sequence[ShownWord]") -> Iterator[str]:
    """What the original says of itself and nobody has taken over; nothing of it is published until then."""
    own = {each.field: each.own for each in words}
    left = {field: said for field, said in photo.draft.fields.items() if said != own[field]}
    if left:
        yield "    From the file, not published (take it over with --from-file):"
    for field, said in left.items():
        yield f"      {WORD_NAMES[field] + ':':<10} {said if isinstance(said, str) else ', '.join(said)}"


def _as_json(word: "ShownWord") -> dict[str, Any]:
    return {
        "text": word.said,
        "own": word.own,
        "from": "person" if word.source else "template" if word.said else None,
        "by": word.source.by if word.source else None,
        "at": word.source.at if word.source else None,
        "limits": {each.channel: {"length": each.length, "most": each.most} for each in word.limits},
    }
