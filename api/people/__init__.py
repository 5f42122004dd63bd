"""Finding people to call."""
