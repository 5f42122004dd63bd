"""What tests see of a RabbitMQ that they may stop, kill and freeze."""

from typing import Protocol

from msgspec import Struct


class BrokerAddress(Struct, frozen=True, kw_only=True):
    """Where a broker is, and how virtual hosts are made there."""

    url: str
    """Without virtual host, e.g. ``amqp://guest:guest@127.0.0.1:5672``."""
    management_url: str | None
    """With user and password; None where the plugin is off and `rabbitmqctl` is used instead."""
    prefix: str
    """Every virtual host of this session begins with it."""

    def vhost_url(self, vhost: str) -> str:
        """Return the AMQP address of a virtual host."""
        return f"{self.url}/{vhost}"


class Broker(Protocol):
    """A broker of the tests' own; what is durable outlives `stop` and `kill`, as do its ports."""

    @property
    def address(self) -> BrokerAddress:
        """Return where it is, running or not."""

    async def start(self) -> None:
        """Start and return when it takes connections; nothing to do if it runs."""

    async def stop(self) -> None:
        """Stop in good order, as a service would; nothing to do if it is down."""

    async def kill(self) -> None:
        """End it as a power cut would."""

    async def freeze(self) -> None:
        """Stop it in its tracks: connections stay open and nobody answers."""

    async def thaw(self) -> None:
        """Let a frozen one go on."""

    async def control(self, *arguments: str) -> None:
        """Run `rabbitmqctl` on it. Raises `UnavailableServiceError`."""

    async def remove(self) -> None:
        """End it and delete all it had."""
