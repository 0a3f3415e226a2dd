"""The independent reading of a written file: what it is made of, told by walkers that share no code with the writer."""
