"""The command line: one file a group of commands, which ``app`` puts together."""
