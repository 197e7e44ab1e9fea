"""The registry of sites and cameras: what is known of them, their credentials, files in and out."""
