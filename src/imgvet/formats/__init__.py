"""Bounded walkers of file containers, shared by all that reads files; the proof uses none of them."""
