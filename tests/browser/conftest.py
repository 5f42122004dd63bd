"""A browser, an installation behind one address, and people who sit at its windows."""

import os
import shutil
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.people import People
from tests.browser.product import Product, all_in_one_product, separate_product, shared_database
from tests.browser.waiting import WAIT_SECONDS_MAX
from tests.harness.browser import running_browser
from tests.harness.desk import DeskWindow
from tests.harness.errors import UnavailableServiceError
from tests.harness.fixtures import VirtualHostStock
from tests.harness.leftovers import make_folder
from tests.harness.postgres import PostgresAddress

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure until the windows are closed."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def chromium(desk: DeskWindow) -> Path:
    """Where Chromium is; loudly skipped where there can be none. On a CI server (`CI` is set) that is a failure."""
    try:
        return desk.browser()
    except UnavailableServiceError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="session")
async def browser(anyio_backend: str, chromium: Path) -> AsyncIterator[Browser]:
    """One browser for everybody, with fake cameras; each person has a context of their own."""
    expect.set_options(timeout=WAIT_SECONDS_MAX * 1_000)
    async with running_browser(chromium) as running:
        yield running


@pytest.fixture(scope="session")
def page_is_built(desk: DeskWindow) -> None:
    """The page as the API serves it, made from what the sources are now."""
    try:
        desk.build_page()
    except UnavailableServiceError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
async def http(anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """One client for what is prepared by REST."""
    async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
async def separate(
    page_is_built: None,
    postgres_server: PostgresAddress,
    database_template: str,
    vhost_stock: VirtualHostStock,
    http: httpx.AsyncClient,
) -> AsyncIterator[Product]:
    """Three programs behind one address."""
    vhost_url = await vhost_stock.take(for_the_session=True)
    async with (
        shared_database(postgres_server, database_template, "browser") as database,
        separate_product(database, vhost_url, http) as product,
    ):
        yield product


@pytest.fixture(scope="session")
async def all_in_one(
    page_is_built: None,
    http: httpx.AsyncClient,
) -> AsyncIterator[Product]:
    """`talktime run`: one process."""
    folder = make_folder()
    async with all_in_one_product(folder / "data", http) as product:
        yield product
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def product(separate: Product) -> Product:
    """The product of this test."""
    return separate


@pytest.fixture
async def people(
    browser: Browser, product: Product, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[People]:
    """People of the product; afterwards nothing may have gone wrong in any of their windows."""
    async with AsyncExitStack() as windows:
        sitting = People(browser, product, windows)
        yield sitting
        if request.node.stash.get(FAILED, False):
            await sitting.keep(tmp_path)
        assert sitting.trouble == []
