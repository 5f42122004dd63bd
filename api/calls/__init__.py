"""The history of one's calls."""
