"""Search: where was this vehicle, and what passed here. Merges what cameras read into passages and finds them."""
