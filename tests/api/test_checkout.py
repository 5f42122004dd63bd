"""The sandbox provider's own side, over real sockets: the page, paying, and the webhook that follows."""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn

from api.app import create_app
from shared.database import create_engine
from talktime.serving import address_of, listen, serving
from tests.api.office import REASON
from tests.api.payers import ask_for, ref_of
from tests.api.world import Api, User, new_key, problem_of, settings_for
from tests.harness.clock import ManualClock
from tests.harness.databases import Database


@pytest.fixture
async def api(database: Database, clock: ManualClock) -> AsyncIterator[Api]:
    """An API on a port of its own, which is also where the provider reaches it."""
    listener = listen("127.0.0.1", 0)
    url = address_of(listener)
    settings = settings_for(database.app_url, public_url=url)
    engine = create_engine(settings.database_url, connections_max=5)
    app = create_app(settings, engine=engine, clock=clock)
    config = uvicorn.Config(app, ws="none", log_config=None, access_log=False, server_header=False)
    async with serving(config, listener), httpx.AsyncClient(base_url=url) as http:
        yield Api(settings, engine, clock, app, http)
    await engine.dispose()


async def test_paying_at_the_checkout(api: Api, ann: User) -> None:
    """B2, B3: page, button, signed webhook over HTTP, credit; no token is needed, only the secret address."""
    payment = await ask_for(ann, 1_000)
    page = await api.http.get(payment["checkout_url"])
    assert "10.00 EUR" in page.text
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    assert action
    paid = await api.http.post(action[1], headers={"Accept": "text/html"})
    assert (paid.status_code, api.http.base_url.join(paid.headers["location"])) == (303, payment["checkout_url"])
    assert (await ann.wallet()).balance_minor == 1_000
    assert (await ann.get(f"/payments/{payment['id']}")).json()["status"] == "settled"
    for _ in range(2):  # reloading pays nothing
        after = await api.http.get(paid.headers["location"])
        assert "Paid." in after.text
        assert "<form" not in after.text
    assert (await ann.wallet()).balance_minor == 1_000


@pytest.mark.parametrize(
    ("verb", "status", "said"), [("decline", "failed", "Declined"), ("expire", "expired", "Expired")]
)
async def test_what_else_may_happen_at_a_checkout(api: Api, ann: User, verb: str, status: str, said: str) -> None:
    """To be tried out: nothing is paid, the payer is told, and nobody can pay there any more."""
    payment = await ask_for(ann, 1_000)
    page = await api.http.get(payment["checkout_url"])
    assert f'action="/sandbox/checkout/{ref_of(payment)}/{verb}"' in page.text
    for _ in range(2):
        done = await api.http.post(f"{payment['checkout_url']}/{verb}", headers={"Accept": "text/html"})
        assert done.status_code == 303
    after = await api.http.get(payment["checkout_url"])
    assert said in after.text
    assert "<form" not in after.text
    assert problem_of(await api.http.post(f"{payment['checkout_url']}/pay")).status == 404
    seen = (await ann.get(f"/payments/{payment['id']}")).json()
    assert (seen["status"], seen["failure"]) == (status, "declined" if verb == "decline" else None)
    assert (await ann.wallet()).balance_minor == 0


async def test_what_is_paid_is_not_declined(api: Api, ann: User) -> None:
    payment = await ask_for(ann, 1_000)
    answers = await asyncio.gather(
        *(api.http.post(f"{payment['checkout_url']}/{verb}") for verb in ("pay", "decline"))
    )
    assert 200 in {answer.status_code for answer in answers}
    if answers[0].status_code == 200:
        assert (await ann.wallet()).balance_minor == 1_000
        assert problem_of(await api.http.post(f"{payment['checkout_url']}/decline")).status == 404


async def test_a_refund_is_told_by_webhook(api: Api, ann: User, olga: User) -> None:
    """B11: the sandbox takes the same way as every provider."""
    payment = await ask_for(ann, 1_000)
    await api.http.post(f"{payment['checkout_url']}/pay")
    path = f"/operator/payments/{payment['id']}/refunds"
    made = await olga.post(path, {"amount_minor": 300, **REASON}, key="one")
    assert made.status_code == 201, made.text
    assert made.json()["status"] == "succeeded"
    assert (await ann.wallet()).balance_minor == 700
    outcomes = await api.rows("SELECT outcome, fact FROM webhook_events ORDER BY received_at, event_id")
    assert sorted(row["outcome"] for row in outcomes) == ["refunded", "settled"]


async def test_a_refund_whose_webhook_does_not_arrive(
    database: Database, clock: ManualClock, api: Api, ann: User, olga: User
) -> None:
    """It stays requested, and is told again later."""
    payment = await ask_for(ann, 1_000)
    await api.http.post(f"{payment['checkout_url']}/pay")
    lost = create_app(api.settings, engine=api.engine, clock=clock, internal_url="http://127.0.0.1:1")
    transport = httpx.ASGITransport(lost)  # type: ignore[arg-type] # httpx has a narrower idea of ASGI
    path = f"/v1/operator/payments/{payment['id']}/refunds"
    async with lost.lifespan(), httpx.AsyncClient(transport=transport, base_url=api.settings.public_url) as http:
        made = await http.post(path, json={"amount_minor": 300, **REASON}, headers={**olga.headers, **new_key()})
    assert (made.status_code, made.json()["status"]) == (201, "requested")
    given: Any = api.app.dependencies["refunding"]
    clock.advance(api.settings.refund_retry_seconds * 1_000)
    assert await given.dependency().asking.look() == 1
    assert (await olga.get(f"/operator/payments/{payment['id']}/refunds")).json()["items"][0][
        "status"
    ] == "succeeded"
    assert (await ann.wallet()).balance_minor == 700


async def test_the_checkout_is_a_page_for_everybody(api: Api, ann: User) -> None:
    """H2: a screen reader finds its language, title, one heading and each button; it loads and runs nothing."""
    page = await api.http.get((await ask_for(ann, 1_000))["checkout_url"])
    assert page.headers["content-type"].startswith("text/html")
    for part in ('<html lang="en">', "<title>10.00 EUR", "<main>", "<h1>10.00 EUR</h1>", "<button>Pay 10.00 EUR<",
                 "<button>Decline<", "<button>Let it expire<"):  # fmt: skip
        assert page.text.count(part) == 1, part
    assert not re.search(r"<script|src=|href=|style=|url\(|//", page.text)
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    [style] = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy["style-src"] == f"'sha256-{digest}'"


async def test_paying_twice_credits_once(api: Api, ann: User) -> None:
    """B10: an impatient customer, also at the same time."""
    payment = await ask_for(ann, 1_000)
    pay = f"{payment['checkout_url']}/pay"
    answers = await asyncio.gather(*(api.http.post(pay) for _ in range(10)))
    assert [answer.json() for answer in answers] == [{"status": "paid"}] * 10
    assert (await ann.wallet()).balance_minor == 1_000


async def test_without_the_secret_nothing_can_be_paid(api: Api, ann: User) -> None:
    """B3: neither the payment's id nor a guess opens the checkout."""
    payment = await ask_for(ann, 1_000)
    for ref in (payment["id"], "x" * 43, ref_of(payment)[:-1], ref_of(payment).swapcase(), "%00", "%25", "x"):
        assert problem_of(await api.http.get(f"/sandbox/checkout/{ref}")).status == 404
        assert problem_of(await api.http.post(f"/sandbox/checkout/{ref}/pay")).status == 404
    assert (await ann.wallet()).balance_minor == 0


async def test_a_webhook_that_does_not_arrive_can_be_tried_again(
    database: Database, clock: ManualClock, api: Api, ann: User
) -> None:
    """The customer is told, nothing is credited, and paying later works."""
    payment = await ask_for(ann, 1_000)
    lost = create_app(api.settings, engine=api.engine, clock=clock, internal_url="http://127.0.0.1:1")
    transport = httpx.ASGITransport(lost)  # type: ignore[arg-type] # httpx has a narrower idea of ASGI
    async with lost.lifespan(), httpx.AsyncClient(transport=transport, base_url=api.settings.public_url) as http:
        problem = problem_of(await http.post(f"/sandbox/checkout/{ref_of(payment)}/pay"))
    assert (problem.status, problem.dependencies) == (503, {"webhook": "failed"})
    assert (await ann.wallet()).balance_minor == 0
    assert (await api.http.post(f"{payment['checkout_url']}/pay")).status_code == 200
    assert (await ann.wallet()).balance_minor == 1_000


async def test_raw_requests_of_every_kind(api: Api, ann: User) -> None:
    """E6: what no HTTP client would send; the server answers 4xx or closes, and goes on serving."""
    host, port = api.settings.public_url.removeprefix("http://").split(":")
    heads = [
        b"GET /v1/people/\xff\xfe HTTP/1.1", b"GET /v1/people/%00 HTTP/1.1", b"GET /v1/people?q=\xff HTTP/1.1",
        b"GET /v1/people?q=%ff%fe HTTP/1.1", b"GET /%zz HTTP/1.1", b"GET //// HTTP/1.1", b"GET * HTTP/1.1", b"GET",
        b"POST /v1/sessions HTTP/1.1\r\nContent-Length: -1",
        b"POST /v1/sessions HTTP/1.1\r\nContent-Length: 99999999999",
        b"POST /v1/sessions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz",
        b"POST /v1/sessions HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n\xff\xff",
    ]  # fmt: skip
    for head in heads:
        reader, writer = await asyncio.open_connection(host, int(port))
        token = ann.access_token.encode()
        lines = head.split(b"\r\n", 1)
        rest = lines[1] if len(lines) > 1 else b""
        writer.write(lines[0] + b"\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + token + b"\r\n")
        writer.write(rest + b"\r\n\r\n" if rest else b"\r\n")
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), timeout=5)
        assert not re.match(rb"HTTP/1.1 5", answer), (head, answer)
        writer.close()
    assert (await ann.get("/me")).status_code == 200
