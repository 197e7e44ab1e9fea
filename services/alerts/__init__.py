"""Alerts: reads that match a watchlist ring, once, within a second."""
