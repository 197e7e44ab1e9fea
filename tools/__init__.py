"""The `rasid` command and what it is made of."""
