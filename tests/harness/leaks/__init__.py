"""Searches all logs of the suite for every secret that was used in it (G8, D2): `search`, `learning`, `plugin`."""
