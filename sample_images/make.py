"""Draws the sample pictures and plants private data in them: ``python sample_images/make.py [FOLDER]``.

Every planted value holds a word that begins with PLANTED; ``SAMPLES`` lists them, so that a test can search for them in
any file that must be clean. The same library versions write the same bytes every time.
"""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sample_images import planting, readable, scenes
from sample_images.planting import Exif, Fields

PARK = (52.4814, -1.8998)  # degrees north and east
MOMENT = "2026:06:14 11:42:07"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample file: how it is written, and every word that is planted in it."""

    name: str
    write: Callable[[], bytes]
    markers: tuple[str, ...]
    faces: int = 0


def _jpeg(picture: scenes.Picture | Image.Image, quality: int = 84, **options: Any) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    return _saved(image, "JPEG", quality=quality, optimize=True, **options)


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _camera(owner: str, serial: str) -> tuple[Fields, Fields]:
    """What a camera writes about itself and its owner: fields of IFD0 and of the Exif directory."""
    image: Fields = {0x010F: "Examplecam", 0x0110: "EX-1", 0x0131: "EX-1 firmware 2.0", 0x0132: MOMENT, 0x013B: owner}
    photo: Fields = {
        0x829A: Fraction(1, 250), 0x9000: b"0232", 0x9003: MOMENT, 0x9011: "+01:00", 0xA430: owner, 0xA431: serial,
    }  # fmt: skip
    return image, photo


def _phone_portrait() -> bytes:
    """Stored on its side, as phones do, with the picture of a front door for a thumbnail."""
    stored = np.asarray(cv2.rotate(scenes.officer_portrait(), cv2.ROTATE_90_COUNTERCLOCKWISE), np.uint8)
    image, photo = _camera("PLANTED-OWNER-ALEX", "PLANTED-SERIAL-0071")
    image |= {0x010F: "Examplephone", 0x0112: 6, 0x013C: "PLANTED-PHONE-OF-ALEX"}
    photo |= {0x9286: b"UNICODE\0" + "PLANTED-USER-COMMENT".encode("utf-16-le"), 0xA435: "PLANTED-LENS-SERIAL"}
    photo |= {0x927C: b"MAKER\0PLANTED-MAKER-NOTE\0", 0xA420: "PLANTED-IMAGE-ID"}
    thumbnail = _jpeg(scenes.front_door(), 75, comment=b"PLANTED-THUMBNAIL-DOOR-14A")
    return planting.with_segments(_jpeg(stored), planting.exif_segment(Exif(image, photo, PARK, thumbnail)))


def _group() -> bytes:
    names = ("PLANTED-FACE-BO", "PLANTED-FACE-CHRIS", "PLANTED-FACE-DEE", "PLANTED-FACE-EDI")
    unit = scenes.GROUP_UNIT
    faces = [
        (name, float(x), float(y), 2.1 * unit, 2.9 * unit)
        for name, (x, y) in zip(names, scenes.GROUP_FACES, strict=True)
    ]
    properties = (
        planting.bag("Iptc4xmpExt:PersonInImage", "PLANTED-PERSON-BO")
        + planting.bag("dc:subject", "open day", "PLANTED-KEYWORD")
        + planting.face_regions(1080, 720, faces)
    )
    fields = [(80, "PLANTED-BYLINE-SAM"), (90, "PLANTED-CITY"), (120, "PLANTED-CAPTION"), (122, "PLANTED-WRITER")]
    image, photo = _camera("PLANTED-OWNER-SAM", "PLANTED-SERIAL-0072")
    return planting.with_segments(
        _jpeg(scenes.group()),
        planting.exif_segment(Exif(image, photo, PARK)),
        planting.xmp_segment(properties),
        planting.photoshop_segment(fields),
    )


def _park() -> bytes:
    comment = planting.comment_segment("PLANTED-COMMENT taken from my kitchen window")
    exif = planting.exif_segment(Exif({0x9C9D: "PLANTED-XP-AUTHOR\0".encode("utf-16-le")}, None, PARK))
    return planting.with_segments(_jpeg(scenes.park()), exif, comment)


def _town_hall() -> bytes:
    """A camera's preview and a phone's film hide after the end of the picture."""
    preview = _jpeg(scenes.back_of_the_square(), 78, comment=b"PLANTED-SECOND-PICTURE")
    properties = "<GCamera:MotionPhoto>1</GCamera:MotionPhoto><xmp:CreatorTool>PLANTED-APP</xmp:CreatorTool>"
    jpeg = planting.with_segments(_jpeg(scenes.square()), planting.xmp_segment(properties))
    return planting.with_second_picture(jpeg, preview) + planting.motion_clip("PLANTED-MOTION-CLIP")


def _poster() -> bytes:
    png = _saved(scenes.poster(), "PNG", optimize=True)
    chunks = (
        planting.plain_text("Author", "PLANTED-PNG-AUTHOR"),
        planting.compressed_text("Comment", "PLANTED-PNG-COMMENT"),
        planting.international_text("XML:com.adobe.xmp", planting.xmp_packet("PLANTED-PNG-XMP").decode()),
        planting.png_chunk(b"tIME", b"\x07\xea\x06\x0e\x0b\x2a\x07"),
        planting.png_chunk(b"prVt", b"PLANTED-PRIVATE-CHUNK"),
    )
    return planting.with_chunks(png, *chunks) + b"PLANTED-AFTER-IEND"


def _badge() -> bytes:
    """The words stand in the colours of pixels that are fully transparent."""
    pixels = scenes.badge().copy()
    words = np.frombuffer(b"PLANTED-UNDER-TRANSPARENCY", np.uint8)
    words = np.pad(words, (0, -len(words) % 3)).reshape(-1, 3)
    pixels[0, : len(words), :3] = words
    return _saved(Image.fromarray(pixels), "PNG", optimize=True)


def _fire_engine() -> bytes:
    """Four printing inks, as a print shop sends it back."""
    inks = 1 - scenes.engine().astype(np.float32) / 255
    black = inks.min(axis=2, keepdims=True) * 0.7
    inks = np.concatenate([(inks - black) / np.maximum(1 - black, 1e-3), black], axis=2)
    planes = [Image.fromarray(plane) for plane in np.round(inks * 255).astype(np.uint8).transpose(2, 0, 1)]
    image = Image.merge("CMYK", planes)
    thumbnail = _jpeg(scenes.front_door(), 75, comment=b"PLANTED-EDITOR-THUMBNAIL")
    fields = [(40, "PLANTED-INSTRUCTIONS"), (115, "PLANTED-PRINT-SHOP")]
    return planting.with_segments(_jpeg(image, 80), planting.photoshop_segment(fields, thumbnail))


def _balloons() -> bytes:
    """16 bits a colour; the lowest six are left empty, which keeps the file small."""
    deep = (np.round(scenes.balloons() * 4).astype(np.uint16) << 6).clip(0, 65535)
    written, data = cv2.imencode(".png", deep[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not written:
        raise RuntimeError("OpenCV could not write the 16-bit PNG.")
    exif = planting.exif_block(Exif({0x013B: "PLANTED-PNG-ARTIST"}, None, PARK))
    return planting.with_chunks(data.tobytes(), planting.png_chunk(b"eXIf", exif))


# Linear sRGB to linear Display P3, both with a D65 white (CSS Color 4, section 10).
_TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]], np.float32)


def _horse() -> bytes:
    """Colours stronger than sRGB can say, with the profile that says how."""
    stored = scenes.police_horse().astype(np.float32) / 255
    linear = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4) @ _TO_P3.T
    grey = linear.mean(axis=2, keepdims=True)
    wide = np.clip(grey + (linear - grey) * 1.15, 0, 1) ** (1 / 2.2)
    jpeg = _jpeg(np.round(wide * 255).astype(np.uint8))
    return planting.with_segments(jpeg, planting.icc_segment(planting.colour_profile("PLANTED-MONITOR-OF-KIM")))


def _panorama() -> bytes:
    image, photo = _camera("PLANTED-OWNER-KIM", "PLANTED-SERIAL-0073")
    history = (
        planting.bag("dc:creator", "PLANTED-CREATOR-KIM", kind="Seq")
        + "<xmpMM:DocumentID>xmp.did:PLANTED-DOCUMENT</xmpMM:DocumentID>"
    )
    return planting.with_segments(
        _jpeg(scenes.panorama()), planting.exif_segment(Exif(image, photo, PARK)), planting.xmp_segment(history)
    )


def _firefighter() -> bytes:
    image, photo = _camera("PLANTED-OWNER-LEE", "PLANTED-SERIAL-0074")
    image[0x010E] = "PLANTED-DESCRIPTION Fran, crew 2, home at 14a"
    return planting.with_segments(_jpeg(scenes.firefighter()), planting.exif_segment(Exif(image, photo)))


def _dog() -> bytes:
    image, photo = _camera("PLANTED-WEBP-OWNER", "PLANTED-WEBP-SERIAL")
    exif = planting.exif_block(Exif(image, photo, PARK))
    xmp = planting.xmp_packet(planting.bag("dc:creator", "PLANTED-WEBP-CREATOR", kind="Seq"))
    return _saved(Image.fromarray(scenes.police_dog()), "WEBP", quality=84, method=4, exif=b"Exif\0\0" + exif, xmp=xmp)


def _programme() -> bytes:
    """Two pages: the plan that everybody may see, and the rota that nobody may."""
    public, private = TiffImagePlugin.ImageFileDirectory_v2(), TiffImagePlugin.ImageFileDirectory_v2()
    public[315], public[316] = "PLANTED-TIFF-ARTIST", "PLANTED-TIFF-COMPUTER"
    private[270] = "PLANTED-SECOND-PAGE rota"
    rota = scenes.rota("PLANTED-ROTA: who is where")
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file) as pages:
        for page, fields in ((scenes.site_plan(), public), (rota, private)):
            page.save(pages, "TIFF", compression="tiff_adobe_deflate", tiffinfo=fields)
            pages.newFrame()
    return file.getvalue()


def _balloon_race() -> bytes:
    first, second = scenes.balloon_race()
    options = {"append_images": [second], "duration": 700, "loop": 0, "comment": b"PLANTED-GIF-COMMENT"}
    return _saved(first, "GIF", save_all=True, **options)


def _band() -> bytes:
    image, photo = _camera("PLANTED-AVIF-OWNER", "PLANTED-AVIF-SERIAL")
    exif = planting.exif_block(Exif(image, photo, PARK))
    xmp = planting.xmp_packet(planting.bag("dc:creator", "PLANTED-AVIF-CREATOR", kind="Seq"))
    return _saved(Image.fromarray(scenes.band()), "AVIF", quality=70, speed=8, max_threads=1, exif=exif, xmp=xmp)


def _crowd() -> bytes:
    image, photo = _camera("PLANTED-OWNER-NOOR", "PLANTED-SERIAL-0075")
    credentials = planting.credentials_segment('{"producer": "PLANTED-CREDENTIALS"}')
    exif = planting.exif_segment(Exif(image, photo, PARK))
    return planting.with_segments(_jpeg(scenes.crowd()), exif, credentials)


def _broken() -> bytes:
    """The card was pulled out while it was being copied."""
    whole = planting.with_segments(_jpeg(scenes.stalls()), planting.comment_segment("PLANTED-BROKEN-COMMENT"))
    return whole[: len(whole) * 11 // 20]


def _not_a_picture() -> bytes:
    return b"PLANTED-TEXT\nThis is a text file whose name says that it is a picture.\n"


def _desk() -> bytes:
    image, photo = _camera("PLANTED-OWNER-DUTY-OFFICE", "PLANTED-SERIAL-0076")
    photo[0x9212] = "R"  # Security Classification: restricted
    return planting.with_segments(_jpeg(scenes.office_desk()), planting.exif_segment(Exif(image, photo)))


def _stalls() -> bytes:
    history = "<photoshop:History>PLANTED-EDIT-HISTORY cropped out the neighbours</photoshop:History>"
    return planting.with_segments(_jpeg(scenes.stalls()), planting.xmp_segment(history))


def _visitors() -> bytes:
    """The agency's own data says that one of the two is 16."""
    properties = (
        planting.bag("plus:ModelReleaseID", "PLANTED-RELEASE-0042")
        + "<plus:MinorModelAgeDisclosure>http://ns.useplus.org/ldf/vocab/AG-A16</plus:MinorModelAgeDisclosure>"
        + planting.bag("Iptc4xmpExt:ModelAge", "16")
    )
    return planting.with_segments(_jpeg(scenes.two_visitors()), planting.xmp_segment(properties))


def _readable(picture: scenes.Picture, words: str) -> bytes:
    """What matters is in the picture; the file has a comment alone."""
    return planting.with_segments(_jpeg(picture), planting.comment_segment(words))


SAMPLES = (
    Sample(
        "phone-portrait.jpg", _phone_portrait,
        ("PLANTED-OWNER-ALEX", "PLANTED-SERIAL-0071", "PLANTED-PHONE-OF-ALEX", "PLANTED-USER-COMMENT",
         "PLANTED-LENS-SERIAL", "PLANTED-MAKER-NOTE", "PLANTED-IMAGE-ID", "PLANTED-THUMBNAIL-DOOR-14A"), 1,
    ),
    Sample(
        "group.jpg", _group,
        ("PLANTED-FACE-BO", "PLANTED-FACE-CHRIS", "PLANTED-FACE-DEE", "PLANTED-FACE-EDI", "PLANTED-PERSON-BO",
         "PLANTED-KEYWORD", "PLANTED-BYLINE-SAM", "PLANTED-CITY", "PLANTED-CAPTION", "PLANTED-WRITER",
         "PLANTED-OWNER-SAM", "PLANTED-SERIAL-0072"), 4,
    ),
    Sample("park.jpg", _park, ("PLANTED-COMMENT", "PLANTED-XP-AUTHOR")),
    Sample("town-hall.jpg", _town_hall, ("PLANTED-SECOND-PICTURE", "PLANTED-APP", "PLANTED-MOTION-CLIP")),
    Sample(
        "poster.png", _poster,
        ("PLANTED-PNG-AUTHOR", "PLANTED-PNG-COMMENT", "PLANTED-PNG-XMP", "PLANTED-PRIVATE-CHUNK", "PLANTED-AFTER-IEND"),
    ),
    Sample("badge.png", _badge, ("PLANTED-UNDER-TRANSPARENCY",)),
    Sample(
        "fire-engine-cmyk.jpg", _fire_engine,
        ("PLANTED-EDITOR-THUMBNAIL", "PLANTED-INSTRUCTIONS", "PLANTED-PRINT-SHOP"),
    ),
    Sample("balloons-16-bit.png", _balloons, ("PLANTED-PNG-ARTIST",)),
    Sample("police-horse-wide-gamut.jpg", _horse, ("PLANTED-MONITOR-OF-KIM",)),
    Sample(
        "bridge-panorama.jpg", _panorama,
        ("PLANTED-OWNER-KIM", "PLANTED-SERIAL-0073", "PLANTED-CREATOR-KIM", "PLANTED-DOCUMENT"),
    ),
    Sample(
        "2026-06-14 PLANTED-NAME-FRAN of Oak Street.jpg", _firefighter,
        ("PLANTED-OWNER-LEE", "PLANTED-SERIAL-0074", "PLANTED-DESCRIPTION", "PLANTED-NAME-FRAN"), 1,
    ),
    Sample(
        "police-dog.webp", _dog, ("PLANTED-WEBP-OWNER", "PLANTED-WEBP-SERIAL", "PLANTED-WEBP-CREATOR"),
    ),
    Sample("programme.tif", _programme, ("PLANTED-TIFF-ARTIST", "PLANTED-TIFF-COMPUTER", "PLANTED-SECOND-PAGE")),
    Sample("balloon-race.gif", _balloon_race, ("PLANTED-GIF-COMMENT",)),
    Sample("brass-band.avif", _band, ("PLANTED-AVIF-OWNER", "PLANTED-AVIF-SERIAL", "PLANTED-AVIF-CREATOR")),
    Sample("crowd.jpg", _crowd, ("PLANTED-OWNER-NOOR", "PLANTED-SERIAL-0075", "PLANTED-CREDENTIALS"), 8),
    Sample("broken.jpg", _broken, ("PLANTED-BROKEN-COMMENT",)),
    Sample("not-a-picture.jpg", _not_a_picture, ("PLANTED-TEXT",)),
    Sample("office-desk.jpg", _desk, ("PLANTED-OWNER-DUTY-OFFICE", "PLANTED-SERIAL-0076")),
    Sample("stalls near PLANTED-NAME-JONES.jpg", _stalls, ("PLANTED-EDIT-HISTORY", "PLANTED-NAME-JONES")),
    Sample("visitors.jpg", _visitors, ("PLANTED-RELEASE-0042",), 2),
    Sample(
        "whiteboard.jpg", lambda: _readable(readable.whiteboard(), "PLANTED-BRIEFING-ROOM"), ("PLANTED-BRIEFING-ROOM",)
    ),
    Sample("parked-car.jpg", lambda: _readable(readable.parked_car(), "PLANTED-KERB"), ("PLANTED-KERB",)),
    Sample("doorstep.jpg", lambda: _readable(readable.doorstep(), "PLANTED-DOORSTEP"), ("PLANTED-DOORSTEP",)),
    Sample("school-badge.jpg", lambda: _readable(readable.school_badge(), "PLANTED-PUPIL"), ("PLANTED-PUPIL",)),
    Sample("ticket.jpg", lambda: _readable(readable.ticket(), "PLANTED-TURNSTILE"), ("PLANTED-TURNSTILE",)),
)  # fmt: skip


def make(folder: Path) -> None:
    """Write every sample into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for sample in SAMPLES:
        data = sample.write()
        (folder / sample.name).write_bytes(data)
        print(f"{len(data):>8,} bytes  {sample.name}")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
