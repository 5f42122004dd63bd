"""Two processes of signaling behind one address, and which of them a window comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from tests.browser.front import Front
from tests.browser.product import Product
from tests.harness.ports import free_port
from tests.harness.programs import Program
from tests.journeys.installation import Separate

FIRST, SECOND = "first", "second"


@dataclass
class Nodes:
    """The processes by name; sockets go to the preferred one, and to the other where that one is gone."""

    product: Product
    ports: dict[str, int] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)

    @classmethod
    async def of(cls, product: Product) -> Nodes:
        """Start the second process beside the first one."""
        nodes = cls(product)
        installation = nodes.installation
        nodes.ports[FIRST] = int(installation.environments["signaling"]["TALKTIME_SIGNALING_PORT"])
        nodes.programs[FIRST] = installation.running["signaling"]
        nodes.ports[SECOND] = free_port()
        environment = {
            **installation.environments["signaling"],
            "TALKTIME_SIGNALING_PORT": str(nodes.ports[SECOND]),
        }
        assert installation.launcher is not None
        program = await installation.launcher.talktime("signaling", env=environment)
        address = await program.says(r"is ready at (\S+)")
        await program.answers(f"{address[1]}/health/ready")
        nodes.programs[SECOND] = installation.running["signaling-2"] = program
        nodes.prefer(FIRST)
        return nodes

    @property
    def installation(self) -> Separate:
        """Return what they are part of."""
        return cast("Separate", self.product.installation)

    @property
    def front(self) -> Front:
        """Return what stands before them."""
        assert self.product.front is not None
        return self.product.front

    def prefer(self, name: str) -> None:
        """Let the next sockets come to this process."""
        self.front.signaling_ports = sorted(self.ports.values(), key=lambda port: port != self.ports[name])
