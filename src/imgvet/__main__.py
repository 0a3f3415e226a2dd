"""``python -m imgvet`` is the same as the ``imgvet`` command."""

from imgvet.cli.app import main

if __name__ == "__main__":
    main()
