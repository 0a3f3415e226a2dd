"""The independent reading of a written file: what it is made of, by walkers that share no code with the writer."""
