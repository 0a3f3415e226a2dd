"""``python -m imgvet`` is the same as the ``imgvet`` command."""

from imgvet.cli import main

if __name__ == "__main__":
    main()
