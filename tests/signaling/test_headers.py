"""What every HTTP answer of signaling has: the headers that the API's have."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from shared.answer_headers import OWN_DEFAULTS, answer_headers
from tests.signaling.device import open_device
from tests.signaling.stage import staged

HTTPS = "https://talk.example"
WANTED = {name.lower(): value for name, value in {**answer_headers(HTTPS), **OWN_DEFAULTS}.items()}


async def test_every_answer_has_them() -> None:
    """E1: pages, failures, and sockets that are refused; no server names itself."""
    async with staged(public_url=HTTPS) as stage:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{stage.port}") as http:
            answers = [
                await http.request(method, path)
                for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE")
                for path in ("/health/live", "/health/ready", "/ws", "/nothing")
            ]
        assert {answer.status_code for answer in answers} >= {200, 400, 404, 405}
        headers = [dict(answer.headers) for answer in answers]
        with pytest.raises(InvalidStatus) as refused:
            await open_device(stage.url, origin="https://evil.example")
        headers.append({name.lower(): value for name, value in refused.value.response.headers.items()})
    for each in headers:
        assert WANTED.items() <= each.items()
        assert "server" not in each


async def test_plain_http_asks_for_no_https() -> None:
    """Or nobody could try it out on the own machine."""
    async with staged() as stage, httpx.AsyncClient(base_url=f"http://127.0.0.1:{stage.port}") as http:
        assert "strict-transport-security" not in (await http.get("/health/live")).headers
