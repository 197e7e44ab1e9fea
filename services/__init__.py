"""The services of Rasid. They exchange events and never import one another."""
