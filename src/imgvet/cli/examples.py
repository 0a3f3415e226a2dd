"""Examples of every command, as ``--help`` shows them below the options: what it does, and the command to copy.

A row of ``EXAMPLES`` is a command by its words; an example without words belongs to those above it. Each line fits into
80 columns, and is quoted as POSIX shells, cmd.exe and PowerShell all read it.
"""

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("Set up your organisation, once", "imgvet init"),
        ("Look at one photo", "imgvet check photo.jpg"),
        ("Make a batch of a folder", 'imgvet batch photos --out open-day --event "Open Day"'),
    ),
    "check": (
        ("One photo, for X", "imgvet check photo.jpg"),
        ("A folder, for Flickr", 'imgvet check photos --channel flickr --event "Fair" --keep-names'),
        ("Hide every face, or faces 1 and 3", "imgvet check photo.jpg --redact all"),
        ("", "imgvet check photo.jpg --redact 1,3"),
        ("Say who is shown, by number", 'imgvet check photo.jpg --staff 1 --not-a-face 2,3 --by "A. Officer"'),
        ("", 'imgvet check photo.jpg --form 1:WMP-2026-014 --by "A. Officer"'),
        ("", 'imgvet check photo.jpg --not-identifiable 2 --note "A back" --by "A. Officer"'),
        ("Take an answer back", 'imgvet check photo.jpg --reopen 2 --by "A. Officer"'),
        ("See what is to be declared, and declare it", "imgvet check --show-statements"),
        ("", 'imgvet check photo.jpg --declare "A. Officer"'),
    ),
    "batch": (
        ("A new batch", 'imgvet batch photos --out open-day --event "Open Day" --date 14/06/2026'),
        ("For Flickr and X at once", 'imgvet batch photos --out fair --event "Fair" --channel flickr,x'),
        ("Go on with it", "imgvet batch open-day"),
        ("Add the photos of another card", "imgvet batch card-2 --out open-day"),
        ("Photos of three stars and more", 'imgvet batch DCIM --out fair --event F --select "rating>=3"'),
        ("The photos that an editor has listed", "imgvet batch DCIM --out fair --select list=picks.txt"),
        ("Propose the sharpest of each burst", "imgvet batch DCIM --out fair --event F --best-of-burst"),
        ("Hide every face", 'imgvet batch photos --out fair --event "Fair" --redact all'),
        ("In coarse blocks", "imgvet batch photos --out fair --event F --redact all --redact-style blocks"),
        ("Declare the statements", 'imgvet batch open-day --declare "A. Officer"'),
        ("Photos in a bucket", 'imgvet batch s3://bucket/day --out day --event "Open Day"'),
        ("On a cluster", "imgvet batch open-day --engine dask --scheduler tls://host:8786"),
        (
            "Change its profile",
            'imgvet batch open-day --profile ours.toml --change-profile --note "New"',
        ),
    ),
    "watch": (
        ("As photos come", 'imgvet watch incoming --out open-day --event "Open Day"'),
        ("Two folders, for X, into a log", "imgvet watch a b --out fair --event Fair --channel x --quiet 2>log"),
        ("Watch its folders again", "imgvet watch open-day"),
    ),
    "review": (
        ("Answer a batch in your browser", "imgvet review open-day"),
        ("Print the link only, on a port of your choice", "imgvet review open-day --no-browser --port 8123"),
    ),
    "decide": (
        ("A form is signed", 'imgvet decide open-day 3:1 release WMP-2026-014 --by "A. Officer"'),
        ("Hide faces", 'imgvet decide open-day 3:2-9,4:1 redact --by "A. Officer"'),
        ("One person, many photos", 'imgvet decide open-day --faces 3:1,4:2 release WMP-14 --by "A. Officer"'),
        ("No possible face is one", 'imgvet decide open-day possible not-a-face --by "A. Officer"'),
        ("Nobody could tell who", 'imgvet decide fete 5:1 not-identifiable --note "A back" --by "A. Officer"'),
        ("Leave a photo out", 'imgvet decide fete IMG_7.jpg exclude --note "Out of date" --by "A. Officer"'),
        ("Add and hide a missed face", 'imgvet decide fete 3 redact --add-face 40%,20%,44%,28% --by "A. Officer"'),
        ("Hide an area", 'imgvet decide fete 3:A redact --by "A. Officer"'),
        ("Hide anything else", 'imgvet decide fete 3 redact --add-area "40,20 90,20 60,90" --by "A. Officer"'),
        ("Approve, as a second person", 'imgvet decide open-day 3:1 approve --by "B. Officer"'),
    ),
    "caption": (
        ("What every photo says, and who wrote it", "imgvet caption open-day"),
        ("A caption and an alt text", 'imgvet caption open-day 3 --caption "PC Smith and Rex" --by "A. Officer"'),
        ("", 'imgvet caption open-day 3 --alt "A dog sits." --by "A. Officer"'),
        ("The same keywords for two photos", 'imgvet caption open-day 3,4 --keywords "dog, Rex" --by "A. Officer"'),
        ("What the photographer wrote", 'imgvet caption open-day all --from-file --by "A. Officer"'),
        ("From a table with a row a photo", 'imgvet caption open-day --import words.csv --by "A. Officer"'),
        ("Back to the template", 'imgvet caption open-day 3 --template title --by "A. Officer"'),
    ),
    "checklist": (
        ("Write the checklist again", "imgvet checklist open-day"),
        ("See what a filled-in one would do", "imgvet checklist open-day --import filled-in.xlsx --dry-run"),
        ("Import it", 'imgvet checklist open-day --import filled-in.xlsx --by "A. Officer"'),
        ("Import the rows that can be", 'imgvet checklist open-day --import filled-in.xlsx --partly --by "A. Officer"'),
        ("Print it, one photo a page", "imgvet checklist open-day --format html --page-per-photo"),
    ),
    "finish": (
        ("Apply what was decided", 'imgvet finish open-day --by "A. Officer"'),
        ("Declare the statements", 'imgvet finish open-day --declare "A. Officer"'),
        ("See them first", "imgvet finish open-day --show-statements"),
    ),
    "status": (
        ("What is ready, and what is not", "imgvet status open-day"),
        ("Compare every byte of the files", "imgvet status open-day --verify"),
    ),
    "published": (
        ("All are in an album", 'imgvet published open-day --url https://example.org/1 --by "A. Officer"'),
        ("Two photos, on a day", 'imgvet published open-day 3 7 --on 15/06/2026 --by "A. Officer"'),
        ("They are no longer online", 'imgvet published open-day 3 7 --removed --by "A. Officer"'),
    ),
    "log": (
        ("The whole story", "imgvet log open-day"),
        ("Of one face", "imgvet log open-day 3:1"),
        ("Check that nobody altered it", "imgvet log open-day --verify"),
    ),
    "inspect": (
        ("What a photo carries", "imgvet inspect photo.jpg"),
        ("A folder, for a program", "imgvet inspect photos --json"),
    ),
    "strip": (
        ("Remove metadata alone", "imgvet strip photos --out stripped"),
        ("Keep the files' names", "imgvet strip photos --out stripped --keep-names"),
    ),
    "prove": (
        ("Files that are to be published", "imgvet prove open-day/flickr"),
        ("Files of imgvet strip", "imgvet prove stripped --stripped"),
    ),
    "init": (
        ("Answer questions", "imgvet init"),
        ("Without questions", 'imgvet init --name "Example Council" --website www.example.org'),
        ("Add your name", 'imgvet init --by "A. Officer"'),
    ),
    "doctor": (
        ("Is everything here", "imgvet doctor"),
        ("With another profile", "imgvet doctor --profile west-midlands-police"),
    ),
    "release": (
        ("Print forms", 'imgvet release form --event "Open Day" --out forms.pdf'),
        ("Record a signed form", 'imgvet release add WMP-2026-014 --person "Ann Lee" --by "A. Officer"'),
        ("Forms that expire soon", "imgvet release list --expiring 30"),
    ),
    "release form": (
        ("One of each kind", 'imgvet release form --event "Open Day" --out forms.pdf'),
        ("Twenty for adults", 'imgvet release form --event "Fair" --count 20 --adult --out adults.pdf'),
    ),
    "release add": (
        ("A signed form", 'imgvet release add WMP-14 --person "Ann Lee" --event "Fair" --by "A. Officer"'),
        ("With a free number", 'imgvet release add --new --person "Ann Lee" --by "A. Officer"'),
        ("A child", 'imgvet release add --new --person Jo --child --guardian Ann --by "A. Officer"'),
    ),
    "release change": (
        ("Correct the day", 'imgvet release change WMP-14 --signed-on 15/06/2026 --by "A. Officer"'),
        ("Add its scan", 'imgvet release change WMP-14 --scan form.pdf --by "A. Officer"'),
    ),
    "release scan": (
        ("A folder of scans", 'imgvet release scan scans --by "A. Officer"'),
        ("See what would be filed", 'imgvet release scan scans --dry-run --by "A. Officer"'),
        ("The forms among the photos of a batch", 'imgvet release scan --batch open-day --by "A. Officer"'),
        ("Which forms of an event still have none", 'imgvet release scan scans --event Fair --by "A. Officer"'),
    ),
    "release refuse": (
        ("On a form that is there", 'imgvet release refuse WMP-14 --why "Said so" --by "A. Officer"'),
        ("Without a form", 'imgvet release refuse --new --person "Ann Lee" --by "A. Officer"'),
    ),
    "release withdraw": (("The person rang", 'imgvet release withdraw WMP-14 --why "By telephone" --by "A. Officer"'),),
    "release list": (
        ("All forms", "imgvet release list"),
        ("Of one event", 'imgvet release list --event "Open Day" --status active'),
    ),
    "release show": (("A form and its history", "imgvet release show WMP-2026-014"),),
    "release import": (
        ("See what a list would do", 'imgvet release import forms.xlsx --dry-run --by "A. Officer"'),
        ("Import it", 'imgvet release import forms.xlsx --by "A. Officer"'),
    ),
    "release export": (
        ("All forms, for a spreadsheet", "imgvet release export forms.csv"),
        ("For a program", "imgvet release export forms.json"),
    ),
    "release clock": (("The clock is right", 'imgvet release clock --why "Set by the time server" --by "A. Officer"'),),
    "release move": (
        (
            "From a file to a server of your office's",
            'imgvet release move --to postgresql://forms@db/forms --by "A. B."',
        ),
        ("From a server to a file", 'imgvet release move --to forms.db --by "A. Officer"'),
    ),
    "release purge": (
        ("See what is due", "imgvet release purge --dry-run"),
        ("Remove it for good", 'imgvet release purge --by "A. Officer"'),
    ),
}


def example_lines(command: str) -> list[str]:
    """The lines of a command's examples; none where it has none.

    ``command``: its words after ``imgvet``, e.g. ``release add``; empty for ``imgvet`` itself.
    """
    rows = EXAMPLES.get(command, ())
    lines = [line for about, typed in rows for line in ([f" {about}:"] if about else []) + [f"   {typed}"]]
    return ["", " Examples", "", *lines, ""] if lines else []
