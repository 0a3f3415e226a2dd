"""SVG logos: crisp at every size, nothing in them but shapes, and whatever else a file may hold is refused."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from imgvet.errors import ProfileError
from imgvet.photo import Event
from imgvet.profile import parse_profile
from imgvet.settings import Settings
from imgvet.watermarks import load
from imgvet.watermarks.draw import draw_watermarks
from imgvet.watermarks.load import LoadedWatermark, fingerprint, load_image, load_watermarks
from imgvet.watermarks.svg import MAX_SVG_BYTES, SvgImage, UnsafeSvg, looks_like_svg, read_svg
from support.grounds import flat

CAMERA = Path(__file__).parents[2] / "watermarks" / "camera.svg"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 10">'
RED = '<rect width="20" height="10" fill="#f00"/>'


def svg(body: str, head: str = HEAD) -> bytes:
    """An SVG with that in it."""
    return f"{head}{body}</svg>".encode()


def refused(data: bytes) -> str:
    """Why the SVG is not taken."""
    with pytest.raises(UnsafeSvg) as caught:
        read_svg(data)
    return str(caught.value)


def test_an_svg_stands_before_the_text_as_a_png_does(tmp_path: Path) -> None:
    """A profile names it, beside itself, and it is drawn as high as the mark."""
    (tmp_path / "crest.svg").write_bytes(svg(RED))
    profile = parse_profile('[marks.copyright]\nimage = "crest.svg"\ntext = "Ashford"\nheight = 0.05', "ours.toml")
    (mark,) = load_watermarks(Settings(profile, Event("Open day"), profile_folder=tmp_path))
    after = draw_watermarks(flat(0), None, (), [mark]).pixels
    red = (after[:, :, 0] > 200) & (after[:, :, 1] < 60)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert (rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1) == (40, 80)


@pytest.mark.parametrize("height", [8, 21, 100, 1500])
def test_an_svg_is_drawn_anew_at_every_size(height: int) -> None:
    """Its edges are one pixel wide however large it is; an enlarged picture's would not be."""
    drawn = read_svg(svg('<path d="M0 0h10v10H0z"/>')).drawn(height)
    assert drawn.shape == (height, 2 * height, 4)
    solid = drawn[:, :, 3]
    assert (solid[:, : height - 1] == 255).all()
    assert not solid[:, height + 1 :].any()


def test_colours_transparency_and_rules_of_a_style_sheet_are_kept() -> None:
    """As drawing programs write them: classes, a clip path, a gradient, a half-solid shape."""
    drawing = read_svg(
        svg(
            "<defs><style>.a{fill:#00f}.b{clip-path:url(#half)}</style>"
            '<clipPath id="half"><rect width="10" height="10"/></clipPath>'
            '<linearGradient id="g"><stop stop-color="#fff"/></linearGradient></defs>'
            '<g class="b"><rect class="a" width="20" height="10"/></g>'
            '<rect x="15" width="5" height="5" fill="url(#g)"/><rect x="15" y="5" width="5" height="5" opacity=".5"/>'
        )
    )
    drawn = drawing.drawn(100)
    assert drawn[50, 50].tolist() == [0, 0, 255, 255]
    assert drawn[50, 120, 3] == 0
    assert drawn[20, 180].tolist() == [255, 255, 255, 255]
    assert abs(int(drawn[70, 180, 3]) - 128) <= 1


def test_what_programs_note_for_themselves_is_left_out() -> None:
    """A document type without entities, titles, metadata and foreign namespaces do no harm, and get no further."""
    drawing = read_svg(
        b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:ink="http://ink.example" ink:path="C:\\PLANTED.svg" '
        b'viewBox="-5 -5 20 10" x="900"><title>PLANTED</title><metadata>PLANTED</metadata>'
        b'<ink:view src="http://PLANTED"/><rect x="-5" y="-5" width="20" height="10" ink:label="PLANTED"/></svg>'
    )
    assert "PLANTED" not in drawing.text
    assert "http" not in drawing.text.replace("http://www.w3.org/2000/svg", "")
    assert (drawing.drawn(30)[:, :, 3] == 255).all()


@pytest.mark.parametrize(
    ("head", "proportion"),
    [
        ('<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="10mm">', 4),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%" viewBox="0 0 30 10">', 3),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0,0,1.5,3">', 0.5),
        ('<svg xmlns="http://www.w3.org/2000/svg" width="1in" height="72pt" viewBox="0 0 30 10">', 1),
    ],
)
def test_the_size_is_read_as_svg_has_it(head: str, proportion: float) -> None:
    """Lengths with units, a share of nobody knows what, and the frame of the drawing."""
    assert read_svg(svg(RED, head)).proportion == pytest.approx(proportion)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<image href="file:///etc/passwd" width="9" height="9"/>', "a picture of its own (<image>)"),
        ('<image xlink:href="https://example.org/a.png"/>', "a picture of its own (<image>)"),
        ('<image href="data:image/png;base64,AAAA"/>', "a picture of its own (<image>)"),
        ("<script>alert(1)</script>", "a script (<script>)"),
        ('<rect width="9" height="9" onload="alert(1)"/>', "a script (onload)"),
        ("<foreignObject><p/></foreignObject>", "something that is not SVG (<foreignObject>)"),
        ('<a href="https://example.org">' + RED + "</a>", "a link (<a>)"),
        ("<text>Ashford</text>", "text, which would look different on every machine (<text>)"),
        ('<use href="other.svg#a"/>', "another file or address (href)"),
        ('<use xlink:href="https://example.org/#a"/>', "another file or address (href)"),
        ('<rect fill="url(https://example.org/#a)"/>', "another file or address (url)"),
        ("<rect style=\"fill:URL( 'file:///etc/passwd' )\"/>", "another file or address (url)"),
        ("<style>@import 'https://example.org/a.css';</style>", "an @ rule"),
        ("<style>@font-face{src:url(a.ttf)}</style>", "an @ rule"),
        ("<style>a{fill:u\\72l(a.svg)}</style>", "a backslash"),
        ("<style>.a{fill:url(a.svg)}</style>", "another file or address (url)"),
        ('<filter id="f"><feImage href="a.png"/></filter>', "more than shapes and colours (<filter>)"),
        ('<animate attributeName="x"/>', "more than shapes and colours (<animate>)"),
        ('<pattern id="p" width="1" height="1"/>', "more than shapes and colours (<pattern>)"),
        ('<path d="M0 0a9e9 34 0 0 1 3 4"/>', "a number beyond 100,000"),
        ('<path d="M1e38-1e38"/>', "a number beyond 100,000"),
        ('<rect style="stroke-width:1e9"/>', "a number beyond 100,000"),
        ("<style>.a{stroke-width:999999}</style>", "a number beyond 100,000"),
        ('<svg width="9" height="9"/>', "another SVG"),
        ('<rect id="a" clip-path="url(#b)"/><clipPath id="b"><use href="#a"/></clipPath>', "refers to itself"),
        ('<g id="a"><use href="#a"/></g>', "refers to itself"),
    ],
)
def test_what_is_no_shape_is_refused_with_the_reason(body: str, said: str) -> None:
    """Nothing is fetched, run, read, animated or looked up in the system."""
    assert said in refused(svg(RED + body))


def chain(link: str, end: str, number: int, times: int) -> str:
    """Elements each of which draws the next one several times."""
    return (
        "".join(link.format(n, "".join(f"<use href='#a{n + 1}'/>" for _ in range(times))) for n in range(number)) + end
    )


CLIPS = "".join(
    f'<clipPath id="c{n}">' + f'<rect width="9" height="9" clip-path="url(#c{n + 1})"/>' * 8 + "</clipPath>"
    for n in range(12)
)
STYLED_CLIPS = "".join(
    f'<clipPath id="c{n}">' + f'<rect width="9" height="9" class="k{n + 1}"/>' * 8 + "</clipPath>" for n in range(12)
)
STYLES = "<style>" + "".join(f".k{n}{{clip-path:url(#c{n})}}" for n in range(12)) + "</style>"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (svg(chain("<g id='a{}'>{}</g>", "<rect id='a12' width='1' height='1'/>", 12, 10)), "draws more than 5000"),
        (svg(CLIPS + '<rect width="9" height="9" clip-path="url(#c0)"/>'), "draws more than 5000"),
        (svg("<rect/>" * 6000), "draws more than 5000"),
        (svg("<g>" * 100 + "</g>" * 100), "more than 64 elements deep"),
        (svg("<g>" * 100_000), "more than 64 elements deep"),
        (b'<!DOCTYPE s [<!ENTITY a "b">]>' + svg("&a;"), "declares entities"),
        ('<!DOCTYPE s [<!ENTITY a "b">]><s/>'.encode("utf-16"), "declares entities"),
        (svg(" " * MAX_SVG_BYTES), "more than 1024 KiB"),
        (svg(RED, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90000 1">'), "more than 20 times"),
        (svg(RED, '<svg xmlns="http://www.w3.org/2000/svg">'), "does not give its size"),
        (svg(RED, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 10">'), "does not give its size"),
        (svg(RED, '<svg xmlns="http://www.w3.org/2000/svg" width="1e5" height="nan">'), "does not give its size"),
        (b"<svg><rect/></svg>", "is not an SVG"),
        (b"<html/>", "is not an SVG"),
        (b"<svg", "not a well-formed SVG"),
        (b"<svg>\xff\xfe</svg>", "not a well-formed SVG"),
        (b'<?xml version="1.0" encoding="nonsense"?><svg/>', "not a well-formed SVG"),
    ],
)  # fmt: skip
def test_bombs_and_broken_files_are_refused_before_anything_is_drawn(data: bytes, said: str) -> None:
    """Few bytes that would take ages to draw, and what is no SVG at all."""
    assert said in refused(data)


@pytest.mark.parametrize("body", [
    '<g transform="scale(100)"><g transform="translate(9)scale(100)"><rect width="1" height="1"/></g></g>',
    '<g transform="skewX(89.99)"><rect width="1" height="1"/></g>',
    '<g transform="scale(99999)">' * 9 + '<circle r="9" stroke="#000"/>' + "</g>" * 9,
    '<g style="fill:red; transform:scale(99)"><rect width="1" height="1"/></g>',
    '<symbol id="s" viewBox="0 0 1 1"><rect width="1" height="1"/></symbol><use href="#s" width="9" height="9"/>',
    '<clipPath id="c" clipPathUnits="objectBoundingBox"><rect width=".5" height="1"/></clipPath>'
    '<rect clip-path="url(#c)" width="9" height="9"/>',
    '<rect width="9em" height="9"/>',
    '<path stroke-dasharray="2 1" d="M0 0h9" stroke="#000"/>',
])  # fmt: skip
def test_what_the_library_draws_safely_is_drawn(body: str) -> None:
    """Transforms, frames and dashes of any kind: nothing outside is asked for, and it ends soon."""
    assert read_svg(svg(RED + body)).drawn(64).shape == (64, 128, 4)


def test_a_bomb_in_a_style_sheet_is_ended_in_its_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What rules refer to is not followed before it is drawn; the worker that tries the drawing is ended."""
    (tmp_path / "bomb.svg").write_bytes(svg(STYLES + STYLED_CLIPS + '<rect width="9" height="9" class="k0"/>'))
    monkeypatch.setattr(load, "_SECONDS", 2)
    with pytest.raises(ProfileError, match=r"marks\.website\.image: .*bomb\.svg' cannot be drawn: It "):
        load.try_drawings(asked_for("bomb.svg", tmp_path))


def test_a_huge_size_of_its_own_does_not_matter() -> None:
    """It is drawn at the size of the mark, whatever it says."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000" viewBox="0 0 10 10">'
    assert read_svg(svg(RED, head)).drawn(20).shape == (20, 20, 4)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("crest.svg", svg("<text>A</text>"), "holds text"),
        ("crest.svg", svg('<rect width="20" height="10" fill="none"/>'), "is completely transparent"),
        ("crest.png", svg(RED + "<script/>"), "holds a script"),
        ("crest.svgz", b"\x1f\x8b\x08 packed, and long enough to be a PNG", "is neither a PNG nor an SVG"),
    ],
)
def test_the_message_names_key_file_and_way_out(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    """Content decides what a file is; the reader is told what to export in its place."""
    (tmp_path / name).write_bytes(data)
    profile = parse_profile(f'[marks.website]\nimage = "{name}"', "ours.toml")
    with pytest.raises(ProfileError, match=rf"marks\.website\.image: '.*{name}' ") as caught:
        load_watermarks(Settings(profile, Event("Open day"), profile_folder=tmp_path))
    assert said in caught.value.reason
    assert "PNG" in caught.value.hint


def ended(_: None, job: tuple[str, Path]) -> str:
    """What a fault in the library that draws does to its process."""
    os.abort()


def asked_for(name: str, folder: Path) -> Settings:
    """Settings whose website overlay has that image."""
    profile = parse_profile(f'[marks.website]\nimage = "{name}"', "ours.toml")
    return Settings(profile, Event("Open day"), profile_folder=folder)


@pytest.mark.slow
def test_an_svg_is_tried_out_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good one passes, a refused one is told of, and one that ends its process costs no other."""
    (tmp_path / "fine.svg").write_bytes(svg(RED))
    (tmp_path / "text.svg").write_bytes(svg("<text>A</text>"))
    Image.new("RGBA", (9, 9), (1, 2, 3, 255)).save(tmp_path / "fine.png")
    for name in ("fine.svg", "fine.png"):
        load.try_drawings(asked_for(name, tmp_path))
    with pytest.raises(ProfileError, match=r"marks\.website\.image: .*text\.svg' holds text"):
        load.try_drawings(asked_for("text.svg", tmp_path))
    monkeypatch.setattr(load, "_tried", ended)
    with pytest.raises(ProfileError, match=r"marks\.website\.image: .*fine\.svg' cannot be drawn: It ") as caught:
        load.try_drawings(asked_for("fine.svg", tmp_path))
    assert "PNG" in caught.value.hint


def test_another_drawing_under_the_same_name_is_another_mark(tmp_path: Path) -> None:
    """So a batch that is run again is marked anew."""
    prints = set()
    for colour in ("#f00", "#00f"):
        (tmp_path / "crest.svg").write_bytes(svg(f'<rect width="20" height="10" fill="{colour}"/>'))
        image = load_image(tmp_path / "crest.svg", "marks.website.image")
        prints.add(fingerprint([LoadedWatermark("", image, ("top-left",), 0.05, 0.02, 1)]))
    assert len(prints) == 2


def test_the_project_s_own_svg_is_taken(tmp_path: Path) -> None:
    """It is nothing but shapes, and looks like one in UTF-16 as well."""
    camera = read_svg(CAMERA.read_bytes())
    assert isinstance(camera, SvgImage)
    other = CAMERA.read_text(encoding="utf-8").encode("utf-16")
    assert looks_like_svg(other)
    assert np.array_equal(read_svg(other).drawn(64), camera.drawn(64))


@given(
    st.lists(
        st.tuples(st.integers(0, 800), st.sampled_from([b"<", b">", b"&", b'"', b"#", b"url(", b"\xff", b"", b"9e9"])),
        max_size=4,
    )
)
def test_any_file_is_either_drawn_or_refused(changes: list[tuple[int, bytes]]) -> None:
    """Whatever is broken in it, there is one kind of error."""
    data = CAMERA.read_bytes()
    for place, put in changes:
        data = data[:place] + put + data[place + 1 :]
    try:
        drawn = read_svg(data).drawn(16)
    except UnsafeSvg:
        return
    assert drawn.shape[0] == 16
