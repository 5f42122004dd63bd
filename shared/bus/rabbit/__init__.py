"""The bus over RabbitMQ: two connections that are kept, one to publish on and one to consume on.

`link` keeps a connection, `publisher`, `consumer`, `asker` and `mailbox` work on it and set themselves up again on
the next one. aio-pika makes connections and channels; what is done for every message goes to the aiormq channel
inside them, which costs half. Reconnecting is our own and not `connect_robust`: that restores channels behind the
back of who uses them, so that deliveries buffered from a lost channel cannot be told from those of the new one, and
a consumer that is not restored is not noticed (aio-pika#231).
"""

from shared.bus.rabbit.bus import RabbitBus

__all__ = ["RabbitBus"]
