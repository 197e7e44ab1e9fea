"""The platform library of Rasid: everything services share, and nothing that knows a service."""

__version__ = "0.1.0"
