"""Fixtures for all tests, fast tests first, and the services that a session starts only when one is asked for."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.harness.desk import Desk, DeskWindow
from tests.harness.leftovers import make_folder, remove_left_over_folders

# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest_plugins = ["tests.harness.fixtures", "tests.harness.leaks.plugin"]

DESK_PATH = "talktime_desk_path"
DESK = pytest.StashKey[Desk]()
DESK_FOLDER = pytest.StashKey[Path]()
COST_BY_FIXTURE = {
    "postgres_server": 1,
    "coturn": 2,
    "rabbitmq": 2,
    "programs": 3,
    "private_broker": 4,
    "cluster": 4,
    "fault_stage": 4,
    "browser": 5,
}


def pytest_configure(config: pytest.Config) -> None:
    """Open the desk in the process that stays to the end; it starts nothing by itself."""
    if hasattr(config, "workerinput"):
        return
    remove_left_over_folders()
    folder = make_folder()
    config.stash[DESK_FOLDER] = folder
    config.stash[DESK] = Desk(folder / "socket", os.environ.copy())
    config.stash[DESK].open()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if DESK in config.stash:
        config.stash[DESK].close()
        shutil.rmtree(config.stash[DESK_FOLDER], ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where the desk is."""
    node.workerinput[DESK_PATH] = str(node.config.stash[DESK_FOLDER] / "socket")  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Share the tests out as they suit one another, where nothing else is asked for."""
    from tests.harness.scheduling import TogetherOrAlone

    return TogetherOrAlone(config, log) if config.getvalue("dist") == "load" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what fails fastest first: no service, the database, the broker, whole programs, outages, browsers."""
    items.sort(key=_cost)


@pytest.fixture(scope="session")
def desk(pytestconfig: pytest.Config) -> DeskWindow:
    """Where the session's services are asked for."""
    worker: dict[str, str] | None = getattr(pytestconfig, "workerinput", None)
    return DeskWindow(Path(worker[DESK_PATH]) if worker else pytestconfig.stash[DESK_FOLDER] / "socket")


def _cost(item: pytest.Item) -> int:
    names = getattr(item, "fixturenames", ())
    return max((COST_BY_FIXTURE.get(name, 0) for name in names), default=0)
