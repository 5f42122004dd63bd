"""What a page needs to get from the one address that somebody typed to a call."""

from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from tests.journeys.installation import Installation


async def told_to_pages(installation: Installation) -> dict[str, Any]:
    """Return what every page asks first."""
    answer = await installation.http.get(f"{installation.doors.api_url}/v1/installation")
    told: dict[str, Any] = answer.raise_for_status().json()
    return told


async def handshake(signaling_url: str, origin: str) -> int:
    """Return how a page of this origin is answered when it opens a socket there."""
    try:
        async with connect(signaling_url, origin=Origin(origin), proxy=None) as socket:
            assert socket.response is not None
            return socket.response.status_code
    except InvalidStatus as refusal:
        return refusal.response.status_code


async def test_a_page_finds_the_sockets(installation: Installation) -> None:
    """H1, D3: at another port, too; they take the page, and no page of somebody else."""
    told = await told_to_pages(installation)
    assert told["signaling_url"] == installation.doors.socket_url
    assert await handshake(told["signaling_url"], installation.doors.api_url) == 101
    assert await handshake(told["signaling_url"], "https://evil.example") == 403


async def test_the_front_door_has_something_to_show(installation: Installation) -> None:
    """H1: the page, or in a checkout where nobody built it the documentation."""
    answer = await installation.http.get(installation.doors.api_url, headers={"Accept": "text/html"})
    if answer.status_code == 303:
        answer = await installation.http.get(f"{installation.doors.api_url}{answer.headers['location']}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_either_name_of_this_machine_will_do(all_in_one: Installation, name: str) -> None:
    """G1: to a browser they are two origins, to whoever tries the product they are one."""
    origin = all_in_one.doors.api_url.replace("127.0.0.1", name)
    assert await handshake((await told_to_pages(all_in_one))["signaling_url"], origin) == 101
    shared = await all_in_one.http.get(f"{all_in_one.doors.api_url}/health/live", headers={"Origin": origin})
    assert shared.headers["access-control-allow-origin"] == origin
