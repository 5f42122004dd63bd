"""The bus inside one process and one event loop: nothing outlives it, everything else is as with RabbitMQ.

`routing` decides which queues get a message, `store` keeps them, `consumer` delivers, `bus` puts them together.
"""

from shared.bus.memory.bus import MemoryBus
from shared.bus.memory.store import Parked

__all__ = ["MemoryBus", "Parked"]
