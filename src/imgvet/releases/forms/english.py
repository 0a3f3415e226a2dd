"""The text of a release form, in plain English: short words and sentences, for a reader of twelve."""

from imgvet.errors import UsageError
from imgvet.releases.forms.records import FormContext, FormField, FormKind, FormPart, FormPlace, FormText
from imgvet.text import count, long_date

_PURPOSE = "We take photos to show what we do and to tell people about it."

_NAMES = {"flickr": "Flickr", "x": "X", "facebook": "Facebook", "bluesky": "Bluesky", "web": "Our website"}

_YEARS_OF_CHILDHOOD = 18
_YEARS_IN_A_BAND = 3


def english(kind: FormKind, occasion: FormContext) -> FormText:
    """The text of an adult's or a child's form.

    Raises:
        UsageError: a channel is described neither here nor in the profile.
    """
    adult = kind is FormKind.ADULT
    shown, whom = ("you", "me") if adult else ("your child", "my child")
    parts = _adult_parts(occasion) if adult else _child_parts(occasion)
    return FormText(
        language="en",
        kind=kind,
        title="Photo release form for adults" if adult else "Photo release form for a child (under 18)",
        organisation=occasion.organisation,
        contacts=_contacts(occasion),
        facts=(("Event", occasion.event), _days(occasion)),
        question=f"{occasion.purpose or _PURPOSE} May we use photos that show {shown}? "
        f"It is your choice. If you say no, that is fine.",
        where_heading="1. Where we may use the photos",
        where_hint="Tick each place that you agree to. We will use the photos in no other place.",
        places=tuple(_place(channel, occasion) for channel in occasion.channels),
        refusal=f"No, do not show {whom} in any photo. If you tick this, no other tick counts.",
        know_heading="2. What you should know",
        know=tuple(_know(occasion)),
        parts=parts,
        office=_office(),
        number_label="Number of this form",
        code_label="Square code with the number of this form:",
        count=f"Form {{number}} of {{of}} ({kind})",
    )


def _contacts(occasion: FormContext) -> tuple[str, ...]:
    reached = occasion.press_office
    if reached and not reached.casefold().startswith("press office"):
        reached = f"Press office: {reached}"
    return tuple(line for line in (occasion.website, reached) if line)


def _days(occasion: FormContext) -> tuple[str, str]:
    first, last = occasion.first, occasion.last
    if first is None:
        return "Date of the photos", ""
    if first == last:
        return "Date of the photos", long_date(first)
    if last is None:
        return "Dates of the photos", f"from {long_date(first)} on"
    return "Dates of the photos", f"{long_date(first)} to {long_date(last)}"


def _place(channel: str, occasion: FormContext) -> FormPlace:
    pages = f"our own web pages, {occasion.website}" if occasion.website else "our own web pages"
    known = {
        "flickr": "our photo albums on flickr.com, which anyone can see",
        "x": "our posts on x.com (once Twitter), which anyone can see",
        "facebook": "our posts on facebook.com, which anyone can see",
        "bluesky": "our posts on bsky.app, which anyone can see",
        "web": f"{pages}, which anyone can see",
    }
    about = occasion.described.get(channel) or known.get(channel)
    if not about:
        raise UsageError(
            f"The profile does not say what the channel '{channel}' is, and people cannot agree to something unknown.",
            f'Write into the profile, under [releases], where = {{ {channel} = "where its photos can be seen" }}, '
            "or leave it out with --channels.",
        )
    return FormPlace(channel, _NAMES.get(channel, channel[:1].upper() + channel[1:]), about)


def _know(occasion: FormContext) -> list[tuple[str, str]]:
    years = occasion.valid_years
    holds = (
        f"It is valid for {count(years, 'year')} from the day you sign it."
        if years
        else "It is valid until you withdraw it."
    )
    kept = "We keep it for as long as it is valid"
    kept += f" and {count(occasion.keep_years, 'year')} more" if occasion.keep_years else ""
    notice = occasion.privacy_notice
    return [
        (
            "Once a photo is online, copies cannot all be removed.",
            "Anyone can copy and share photos. We cannot take down copies that other people publish.",
        ),
        (
            "You can change your mind at any time.",
            f"You need not say why. Give us the number of this form. This is how to reach us: {occasion.withdraw_to}. "
            "We will then stop using the photos and take them off our own pages as soon as we can. "
            "Copies that are already printed cannot be changed.",
        ),
        (
            "How long this form is valid.",
            f"It is for photos of this event and no other. {holds} {kept}. Then we destroy it.",
        ),
        (
            "Your data.",
            f"How we protect your data: {notice}"
            if notice
            else "Ask us how we protect your data, and what we hold about you.",
        ),
    ]


def _adult_parts(occasion: FormContext) -> tuple[FormPart, ...]:
    return (
        FormPart(
            "3. You",
            f"I have read this form. {occasion.organisation} may use photos of me in the places that I have ticked.",
            (
                (FormField("Your name, in capitals"),),
                (FormField("Email or phone (only if you like)"),),
                (FormField("Signature", 0.66, signature=True), FormField("Date", 0.34)),
            ),
        ),
    )


def _child_parts(occasion: FormContext) -> tuple[FormPart, ...]:
    agrees = FormField("Do you agree?", 0.4, ("Yes", "No"))
    return (
        FormPart(
            "3. The child",
            "A child who is old enough to understand this form must agree, too.",
            (
                (FormField("Child’s name, in capitals"),),
                (FormField("Year of birth", boxes=tuple(bands_of_birth(occasion.year))),),
                (agrees, FormField("Child’s own name or signature", 0.6, signature=True)),
            ),
        ),
        FormPart(
            "4. Parent or guardian",
            f"I am the child’s parent or legal guardian. I have read this form. {occasion.organisation} may use photos "
            "of the child in the places that I have ticked.",
            (
                (FormField("Your name, in capitals"),),
                (FormField("What you are to the child (mother, father, legal guardian)"),),
                (FormField("Email or phone (only if you like)"),),
                (FormField("Signature", 0.66, signature=True), FormField("Date", 0.34)),
            ),
        ),
    )


def bands_of_birth(year: int) -> list[str]:
    """The years in which somebody under 18 can be born, in bands, as the register takes them: ``2012-2014``."""
    starts = list(range(year - _YEARS_OF_CHILDHOOD, year - 1, _YEARS_IN_A_BAND))
    ends = [start - 1 for start in starts[1:]] + [year]
    return [f"{start}-{end}" for start, end in zip(starts, ends, strict=True)]


def _office() -> FormPart:
    return FormPart(
        "For the office",
        "",
        (
            (FormField("Taken by (staff or witness)", 0.55), FormField("Signature", 0.45, signature=True)),
            (FormField("Photo numbers", 0.34), FormField("Face numbers", 0.34), FormField("In register on", 0.32)),
        ),
    )
