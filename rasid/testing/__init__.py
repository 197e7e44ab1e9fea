"""Doubles and builders that ship with the library, for its own tests and for everyone who builds on it."""
