"""Groups of commands that stand in files of their own; ``cli`` puts them together."""
