"""Identity providers that are not ours, as themselves. Collected only when they are named: `make test-providers`."""
