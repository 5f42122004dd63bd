"""Which worker of pytest-xdist runs which test."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER = "tests/browser/"
"""They share one browser, and media that another browser would starve; the largest group is begun first."""


class TogetherOrAlone(LoadScopeScheduling):  # type: ignore[misc]
    """Tests go one by one to whoever is free, but for those of browsers, which one worker runs."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER if nodeid.startswith(TOGETHER) else nodeid
