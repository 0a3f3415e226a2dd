"""A register may have been moved elsewhere: versions before 0.12 would go on writing into the one that was left."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Change nothing: the number alone keeps earlier versions from opening it."""
