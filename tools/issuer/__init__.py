"""The demo's token issuer: OpenID Connect for people who exist only in the demo, on this machine only."""
