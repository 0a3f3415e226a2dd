"""The leak list: every place where a file can carry private data is planted, cleaned, and searched with fresh eyes."""

from pathlib import Path

import pytest

from leaks import around, routes
from leaks.cases import ALL, Leak
from leaks.leak import word_of
from leaks.page import listed
from leaks.pictures import encoded, jpeg_scene, pattern, poster, scene
from leaks.routes import Outcomes, Placed
from leaks.search import Wanted, shows_pattern, sightings
from support.commands import Imgvet
from support.pictures import portrait, save_photo
from support.shared import Shared

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "it" / "leaks.md"
BY_ID = {leak.id: leak for leak in ALL}

each_case = pytest.mark.parametrize("leak", ALL, ids=[leak.id for leak in ALL])
not_around = pytest.mark.parametrize(
    "leak", [leak for leak in ALL if not leak.around], ids=[leak.id for leak in ALL if not leak.around]
)


def every_case_laid(folder: Path) -> Placed:
    return around.laid([leak for leak in ALL if _can_be_laid(leak, folder)], folder / "source")


@pytest.fixture(scope="session")
def work(shared: Shared) -> Path:
    """A folder for all routes."""
    return shared.made(every_case_laid)[0]


@pytest.fixture(scope="session")
def placed(shared: Shared) -> Placed:
    """Every case as a file on the disk."""
    return shared.made(every_case_laid)[1]


def _can_be_laid(leak: Leak, folder: Path) -> bool:
    return leak.around != "attribute" or around.carries_attributes(folder)


def _cleaned(placed: Placed, outputs: dict[str, Path | str]) -> Outcomes:
    return routes.clean([BY_ID[leak_id] for leak_id in placed], outputs)


@pytest.fixture(scope="session")
def batch(shared: Shared, placed: Placed, work: Path) -> Outcomes:
    """What ``imgvet batch`` made of each case."""

    def through_batch(_: Path) -> Outcomes:
        return _cleaned(placed, routes.batch(placed, work))

    return shared.made(through_batch)[1]


@pytest.fixture(scope="session")
def check(shared: Shared, placed: Placed, work: Path) -> Outcomes:
    """What ``imgvet check`` made of each case."""

    def through_check(_: Path) -> Outcomes:
        return _cleaned(placed, routes.check(placed, work))

    return shared.made(through_check)[1]


@pytest.fixture(scope="session")
def strip(shared: Shared, placed: Placed, work: Path) -> Outcomes:
    """What ``imgvet strip`` made of each case."""
    if not routes.has_strip():
        pytest.skip("this imgvet has no strip")

    def through_strip(_: Path) -> Outcomes:
        return _cleaned(placed, routes.strip(placed, work))

    return shared.made(through_strip)[1]


def _assert_gone(leak: Leak, outcomes: Outcomes) -> None:
    if leak.id not in outcomes:
        pytest.skip("this file system has no extended attributes")
    result = outcomes[leak.id]
    assert not result.left
    assert not result.refused or leak.refused, f"no file came out: {result.refused}"


# --- what imgvet makes of them -------------------------------------------------------------------------------------


@each_case
def test_batch_leaves_nothing_of_it(leak: Leak, batch: Outcomes) -> None:
    """The clean file of a batch holds nothing of what was planted."""
    _assert_gone(leak, batch)


@each_case
def test_check_leaves_nothing_of_it(leak: Leak, check: Outcomes) -> None:
    """The clean copy of a checked photo holds nothing of what was planted."""
    _assert_gone(leak, check)


@each_case
def test_strip_leaves_nothing_of_it(leak: Leak, strip: Outcomes) -> None:
    """The stripped file holds nothing of what was planted, but for what only a change of pixels removes."""
    if leak.kept_by_strip:
        assert strip[leak.id].left, "it is removed: take the remark from the case"
    else:
        _assert_gone(leak, strip)


def test_no_file_of_the_batch_outside_private_tells_anything(batch: Outcomes, work: Path) -> None:
    """Checklists, contact sheet and tables hold no planted word, no pattern, no name of an original or its folder."""
    assert batch
    assert routes.told_outside_private(work / "batch") == []


def test_no_file_of_the_batch_outside_private_names_an_original_with_a_face(imgvet: Imgvet, tmp_path: Path) -> None:
    """The release-form checklist shows the photos that wait, and still names no original and no folder."""
    save_photo(tmp_path / around.FOLDER / f"{around.PHOTO}.jpg", portrait())
    ran = imgvet("batch", around.FOLDER, "--out", "batch", *routes.EVENT)
    assert "1  release" in ran.err
    assert routes.told_outside_private(tmp_path / "batch") == []


def test_few_cases_are_refused(batch: Outcomes) -> None:
    """Refusing is clean but proves little: nearly every case must come out as a file."""
    refused = [leak_id for leak_id, result in batch.items() if result.refused]
    assert len(refused) < len(batch) / 20, refused


# --- the cases and the searcher ------------------------------------------------------------------------------------


def test_cases_have_their_own_ids_words_and_carriers() -> None:
    """Nothing found in one output can be another case's."""
    for values in ([leak.id for leak in ALL], [leak.carrier for leak in ALL], [word_of(leak.id) for leak in ALL]):
        assert len(set(values)) == len(ALL)


@not_around
def test_the_searcher_finds_what_is_planted(leak: Leak) -> None:
    """In every file as it is built, so that a clean answer means something; and it finds no word that is not there."""
    word = word_of(leak.id)
    data = leak.build(word)
    assert sightings(data, Wanted((word,), leak.traces(word)))
    assert not sightings(data, Wanted((word_of("another case"),), pattern=False))


def test_innocent_pictures_are_innocent() -> None:
    """Neither scene nor poster shows the pattern; the pattern itself does, however small and however coded."""
    wanted = Wanted((word_of("any"),))
    for innocent in (jpeg_scene(), encoded(poster(), "PNG"), encoded(scene(), "WEBP")):
        assert not sightings(innocent, wanted)
    assert shows_pattern(pattern(48, 32))
    for kind, quality in (("JPEG", 40), ("WEBP", 40), ("AVIF", 40)):
        assert sightings(encoded(pattern(), kind, quality=quality), wanted)


@pytest.mark.parametrize(
    "spelled",
    [
        lambda word: word.upper().encode(),
        lambda word: word.encode("utf-16-be"),
        lambda word: word.encode().hex().encode(),
        lambda word: word[::-1].encode(),
    ],
)
def test_the_searcher_reads_other_spellings(spelled: object) -> None:
    """Capitals, wide letters, hex digits and backwards."""
    assert callable(spelled)
    word = word_of("spelled")
    assert sightings(b"\x01before" + spelled(word) + b"after", Wanted((word,)))


# --- around the file -----------------------------------------------------------------------------------------------


def test_what_stands_around_an_original_is_seen(placed: Placed) -> None:
    """Name, time and attribute are told of the originals themselves, so that a clean answer means something."""
    seen = {leak_id for leak_id, path in placed.items() if around.left_around(BY_ID[leak_id], path)}
    expected = {"around-file-name", "around-folder-name", "around-time", "around-attribute"}
    assert seen == expected & set(placed)


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_lists_every_case() -> None:
    """docs/it/leaks.md has a row for each case, and no other."""
    assert sorted(listed(PAGE)) == sorted(leak.id for leak in ALL)


def test_the_page_says_what_imgvet_does(batch: Outcomes, check: Outcomes) -> None:
    """The columns of batch and check are as they come out here."""
    told = listed(PAGE)
    for name, outcomes in (("imgvet batch", batch), ("imgvet check", check)):
        assert {leak_id: told.get(leak_id, {}).get(name) for leak_id in outcomes} == {
            leak_id: result.word for leak_id, result in outcomes.items()
        }


def test_the_page_says_what_strip_does(strip: Outcomes) -> None:
    """The column of strip is as it comes out here."""
    told = listed(PAGE)
    assert {leak_id: told.get(leak_id, {}).get("imgvet strip") for leak_id in strip} == {
        leak_id: result.word for leak_id, result in strip.items()
    }
