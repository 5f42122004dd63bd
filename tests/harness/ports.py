"""Ports that outgoing connections never take."""

import random
import socket

LOWEST = 10_000
HIGHEST = 32_000
"""Below the range from which kernels give ports to outgoing connections."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on; at random, so that parallel workers rarely meet."""
    for _ in range(200):
        port = random.randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port between {LOWEST} and {HIGHEST}")
