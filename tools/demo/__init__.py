"""`rasid demo`: a small city on one machine, from engines to a ringing alert."""
