"""Whether cameras and sites are there, and well: their own rhythm, silence, clocks, how they read."""
