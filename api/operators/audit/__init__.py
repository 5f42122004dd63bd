"""The log of what operators did: written with the act, never changed, read by operators."""
