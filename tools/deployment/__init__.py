"""What a deployment needs beside the services: its secrets, and what `rasid setup` makes in the engines."""
