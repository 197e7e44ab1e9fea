"""Whether cameras and sites are there: their own rhythm, silence, clocks."""
