"""The worker's metrics page: what Prometheus is told, gathered when it asks.

What counts and measures as work goes by belongs to `registry`, by prometheus-client's own means. What only the
database knows comes from a source, which is asked at each look; one that cannot answer is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from shared.bus.interface import UnavailableError

Family = Metric
Source = Callable[[], Awaitable[Iterable[Family]]]
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

log = logging.getLogger(__name__)


class Metrics:
    """Everything that a program measures."""

    def __init__(self, sources: Sequence[Source] = ()) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        self._sources = sources

    async def page(self) -> bytes:
        """Return all of it in Prometheus' text format."""
        families = [*self.registry.collect()]
        for source in self._sources:
            try:
                families += await source()
            except UnavailableError as error:
                log.warning("Some metrics are left out: %s", error)
        return generate_latest(_Gathered(families))


class _Gathered(CollectorRegistry):
    """What was gathered already, as prometheus-client wants to be given it."""

    def __init__(self, families: Sequence[Family]) -> None:
        super().__init__()
        self._families = families

    def collect(self) -> Iterator[Family]:
        yield from self._families
