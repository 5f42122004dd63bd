"""Sessions: logging in, refreshing, logging out."""
