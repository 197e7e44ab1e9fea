"""GA/T 1400: the routes that its devices are pointed at, and who has registered."""
