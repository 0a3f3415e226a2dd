"""What to do next, as the page says it, where the same hint names a command or option that the page has itself."""

from collections.abc import Mapping

ON_THE_PAGE: Mapping[str, str] = {
    # of rules
    "Look at every photo; then run imgvet finish with --declare and your name, and answer each statement.": (
        "Answer the statements."
    ),
    "Collect a signed release form, or hide the face (redact).": "Collect a signed release form, or hide the face.",
    "Check it: if it is a face, collect a signed release form or hide it (redact).": (
        "Check it: if it is a face, collect a signed release form or hide it."
    ),
    "If that was a mistake, decide reopen.": "If that was a mistake, take the photo back in.",
    "Look at it, decide on its faces again, and answer original-changed.": (
        "Look at it, and answer its faces again; then say that you have looked."
    ),
    "Choose the best of them, and exclude the others.": "Choose the best of them, and leave the others out.",
    "Find an undamaged copy, or answer partial-picture if the rest may be published.": (
        "Find an undamaged copy, or answer this if the rest may be published."
    ),
    "Check that each of them has signed; imgvet inspect shows the names.": "Check that each of them has signed.",
    "Decide own if it is your organisation's picture, licensed if you may use it with its credit, or exclude.": (
        "Say whether it is your organisation's picture, or one that you may use with its credit; or leave it out."
    ),
    "Change the words with imgvet caption, or answer public-text if they may be published.": (
        "Change the words, or answer this if they may be published."
    ),
    "Write what the picture shows with imgvet caption and --alt, or answer alt-text if it needs none.": (
        "Write what the picture shows, or answer this if it needs none."
    ),
    "Run again with --link and the address.": ("The address of the event's page is given where the batch is made."),
    "Add the form to the register if it is not there, and file the photo as its scan with imgvet release scan.": (
        "File it on the page of forms."
    ),
    # of the gate
    "Run imgvet finish; it needs the original.": "Finish makes it again; it needs the original.",
    "Run imgvet finish; where that does not help, it needs the original.": (
        "Finish makes it again; where that does not help, it needs the original."
    ),
    # of what was refused
    "Give it with --note.": "Give the reason.",
    "Declare it with --declare and your name, or approve it with imgvet decide: both show it first.": (
        "It is on the page of statements: read it there, and declare or approve it."
    ),
    "See `imgvet log BATCH --verify`.": "Check the log on its page.",
    "See `imgvet release list`.": "The page of forms has all that there are.",
    "Name it with --register.": "End imgvet, and start it again with --register and the register's place.",
    "Put it back, or say where it is with --register.": (
        "Put it back; or end imgvet, and start it again with --register and its place."
    ),
    "Run imgvet finish for the batch, then this command again.": "Finish the batch, then try again.",
    "Run the same command again.": "Finish again.",
    "Shorten it, and run the same command again.": "Shorten it.",
    "Nothing was saved. Correct this and run the command again.": "Nothing was saved. Correct this and save it again.",
}
"""The page's own words for a hint of rules, the gate, or an error; the others are said as they are."""


AREA_ON_THE_PAGE = "Hide it, or say why it may be seen."
APPROVED_BY_OTHERS = "Somebody other than the person who decided approves it."


SET_THE_CLOCK = "Set the clock. If it is right, record that on the page of photos, among the notes on the batch."


def page_hint(hint: str) -> str:
    """What to do next, as the page says it."""
    return ON_THE_PAGE.get(hint, hint)
