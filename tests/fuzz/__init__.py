"""Coverage-guided fuzzing of the adapters: `make fuzz`."""
