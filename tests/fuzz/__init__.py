"""Coverage-guided fuzzing of everything that reads untrusted bytes; run by ``make fuzz MINUTES=n``."""
