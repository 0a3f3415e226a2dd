"""How the sheet is filled in, in plain words; it is the workbook's second sheet."""

from collections.abc import Sequence

from imgvet.decisions import DECISION_KINDS, DecisionKind


def guide(decisions: Sequence[DecisionKind], channels: Sequence[str]) -> list[tuple[str, str]]:
    """The lines of the guide, each a word and what it means; a title has no meaning beside it."""
    needs_reason = [kind.name for kind in DECISION_KINDS.values() if kind.needs_note and kind.offered]
    return [
        ("How to fill in this checklist", ""),
        ("What it is", "Each row of the first sheet is one face in one photo. No photo goes out before all its faces "
         "have an answer. Fill in the yellow columns; leave a row blank that you do not know about."),
        ("When you are done", "Save the file and give it back to whoever runs imgvet. Rows may be sorted, filtered or "
         "removed. Do not copy one row over another: each is tied to its own face."),
        ("The grey cells", "They are locked so that nobody changes them by accident. There is no password."),
        ("Decision", ""),
        *((kind.name, kind.meaning) for kind in decisions),
        ("answer", "Rows without a face, at the end, ask something about a photo. Choose answer if it may go out all "
         "the same, and say why under Reason; or choose exclude."),
        ("The other columns", ""),
        ("Form reference", "The number on the signed form, e.g. WMP-2026-014. A reference alone means release."),
        ("Same as", "The same person as in another row: 3:1 is face 1 of photo 3. It gets the same answer, so fill in "
         "one row a person and point to it from the others. Only people can say that; imgvet compares no faces."),
        ("Name, Signed on", "Only for a form that is not in the register yet: who signed it, and the day on it. With "
         "no reference, the form is given the next free number."),
        ("Under 18", "yes for a child. Then Guardian (the parent or guardian who signed) and Guardian relation (e.g. "
         "mother) are needed. Born may hold the years of birth, e.g. 2012-2014."),
        ("Channels", f"Where the form allows the picture: {', '.join(channels)}. Several with commas between them."),
        ("Reason", f"Needed for {', '.join(needs_reason[:-1])} and {needs_reason[-1]}."),
        ("Initials", "Of whoever filled in the row."),
    ]  # fmt: skip
