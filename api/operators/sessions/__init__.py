"""The operators' own door."""
