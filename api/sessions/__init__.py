"""Sessions: logging in, refreshing, and where one is logged in."""
