"""Fails the test at whose end a secret is found in a log, of this process or of a program that it has started.

Every worker of pytest-xdist searches its own logs for its own secrets. The last test of each also answers for what
was learned too late to be found before.
"""

from __future__ import annotations

import logging
from collections.abc import Generator

import pytest

from talktime.logs import QUIET
from tests.harness.leaks.learning import listen_to_clients
from tests.harness.leaks.session import WATCH

ROOT_LEVEL = logging.INFO
"""What programs log by default."""


class Listener(logging.Handler):
    """Hears what the programs' logs would have, were they processes of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Take the record with its trace, unless it is a library's that `talktime.logs` silences."""
        if record.levelno >= logging.ERROR or not record.name.startswith(QUIET):
            WATCH.hear("this process", self.format(record))


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    root, listener = logging.getLogger(), Listener()
    level = root.level
    root.addHandler(listener)
    root.setLevel(ROOT_LEVEL)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    config.add_cleanup(listen_to_clients(WATCH))
    config.add_cleanup(lambda: root.removeHandler(listener))
    config.add_cleanup(lambda: root.setLevel(level))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Search once everything of the test is taken down, with the last one all there is."""
    yield
    if found := WATCH.found(everywhere=nextitem is None):
        pytest.fail("G8, D2: secrets in the logs\n" + "\n".join(found), pytrace=False)
