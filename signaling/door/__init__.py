"""How a socket gets in, and how its frames are read: `origins`, `greeting`, `frames`, `endpoint`."""
