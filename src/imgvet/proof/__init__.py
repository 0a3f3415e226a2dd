"""The independent reading of a written file: what it consists of, by walkers that share no code with the writer."""
