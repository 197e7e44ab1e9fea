"""Coverage-guided fuzzing, by hand: `make fuzz`."""
