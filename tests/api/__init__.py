"""The REST API on a real database."""
