"""Makes docs/protocol.md from the messages themselves: ``python -m signaling.protocol``."""
