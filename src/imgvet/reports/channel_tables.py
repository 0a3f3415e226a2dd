"""The table of each channel: the texts to upload its files with, one row a file, in the channel's folder."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from imgvet.channels.places import FIRST_FOLDER, ChannelPlace, is_placed
from imgvet.photo import Photo, PublicMetadata, photo_for
from imgvet.profile import FLICKR_LICENCES
from imgvet.settings import Settings
from imgvet.text import clean_text, cut_text, no_formula
from imgvet.text_limits import cut_to_length, text_length

FLICKR_COLUMNS = ("file", "title", "description", "tags", "licence", "album", "alt text", "safety", "sha256", "round")
POST_COLUMNS = ("file", "post", "post text", "alt text", "sha256", "round")


def write_channel_table(photos: Iterable[Photo], settings: Settings, place: ChannelPlace, out: TextIO) -> None:
    """Write the table of one channel: one row for each photo in its folder, by number.

    ``flickr/`` has the columns of Flickr's upload form, the others one text a photo.
    """
    settings = settings.for_channel(place.channel)
    placed = filter(is_placed, (photo_for(photo, place.channel) for photo in photos))
    flickr = place.folder == FIRST_FOLDER
    rows = (_flickr_row(each, settings) for each in placed) if flickr else _post_rows(placed, settings)
    writer = csv.DictWriter(out, FLICKR_COLUMNS if flickr else POST_COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: no_formula(clean_text(value)) for name, value in row.items()})


def channel_table_bytes(photos: Iterable[Photo], settings: Settings, place: ChannelPlace) -> bytes:
    """The table of one channel as a file, with the mark by which programs know UTF-8."""
    out = io.StringIO(newline="")
    write_channel_table(photos, settings, place, out)
    return out.getvalue().encode("utf-8-sig")


def _flickr_row(photo: Photo, settings: Settings) -> dict[str, str]:
    public, channel = photo.public, settings.channel
    if public is None:
        return {"file": photo.name}
    return {
        "file": photo.name,
        "title": cut_text(public.title, channel.title_length),
        "description": public.description,
        "tags": flickr_tags(public.keywords, channel.tags),
        "licence": FLICKR_LICENCES[0] if photo.licensed else settings.profile.licence.name,
        "album": public.event_name,
        "alt text": cut_text(public.alt_text, channel.alt_text_length),
        "safety": channel.safety,
        "sha256": photo.sha256 or "",
        "round": str(photo.round),
    }


def _post_rows(photos: Iterable[Photo], settings: Settings) -> Iterator[dict[str, str]]:
    """The photos in the order of their posts, as many in one as the channel takes."""
    channel = settings.channel
    for place, photo in enumerate(photos):
        public = photo.public or PublicMetadata()
        yield {
            "file": photo.name,
            "post": str(place // channel.max_photos + 1 if channel.max_photos else place + 1),
            "post text": post_text(public, settings),
            "alt text": cut_text(public.alt_text, channel.alt_text_length),
            "sha256": photo.sha256 or "",
            "round": str(photo.round),
        }


def flickr_tags(keywords: tuple[str, ...], most: int) -> str:
    """Tags for Flickr's upload form: separated by spaces, those with a space or comma in double quotation marks."""
    return " ".join(f'"{word}"' if re.search(r"[\s,;]", word) else word for word in keywords[:most])


def post_text(public: PublicMetadata, settings: Settings) -> str:
    """The text of a post with one photo: title, description, hashtags, and the link at the end, which is never cut.

    Where the channel shows no description beside the photo, it keeps to ``title_length``, counted as the channel
    counts.
    """
    channel, link = settings.channel, settings.fill("{link}")
    described = public.description.replace(link, "").strip() if link else public.description
    words = described if described.startswith(public.title) else f"{public.title}\n{described}".strip()
    tags = hashtags(public.keywords, channel.tags)
    if channel.shows_description:
        return "\n\n".join(filter(None, (words, tags, link)))
    for end in ("\n".join(filter(None, (tags, link))), link):  # hashtags are left out before the link is
        room = channel.title_length - text_length(f"\n{end}" if end else "", channel.counts)
        if room >= _LEAST_WORDS:
            return "\n".join(filter(None, (_cut_at_word(words, room, channel.counts), end)))
    return link


_LEAST_WORDS = 40  # letters of title and description, for which hashtags make room


def _cut_at_word(text: str, most: int, counts: str) -> str:
    if text_length(text, counts) <= most:
        return text
    cut = cut_to_length(text, most - text_length("…", counts), counts)
    return f"{cut.rsplit(maxsplit=1)[0] if ' ' in cut else cut}…"


def hashtags(keywords: Iterable[str], most: int) -> str:
    """The first keywords as hashtags, separated by spaces; what no hashtag may hold is left out of each."""
    tags = (re.sub(r"[^\w]", "", word) for word in keywords)
    return " ".join(f"#{tag}" for tag in list(filter(None, tags))[:most])
