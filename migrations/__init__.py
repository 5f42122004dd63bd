"""The history of the schema (Alembic); `talktime migrate` brings a database to its newest state."""
