"""B4 at payments: the key is the client's choice there."""

import asyncio

from tests.api.office import refused
from tests.api.payers import event_of, send
from tests.api.world import Api, User, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database

NEW = {"amount_minor": 1_000}


async def test_twenty_at_once_are_one_payment(api: Api, ann: User) -> None:
    """B2, B4: each is answered the same, or told that it is being carried out; paid, it is credited once."""
    answers = await asyncio.gather(*(ann.post("/payments", NEW, key="one") for _ in range(20)))
    done = [answer for answer in answers if answer.status_code == 201]
    assert {refused(answer) for answer in answers if answer not in done} <= {(409, "idempotency-key-in-use")}
    again = await ann.post("/payments", NEW, key="one")
    assert again.headers["idempotent-replayed"] == "true"
    seen = {(answer.content, answer.headers["location"]) for answer in [*done, again]}
    assert seen == {(again.content, f"/v1/payments/{again.json()['id']}")}
    assert await api.value("SELECT count(*) FROM payments") == 1
    assert (await send(api, event_of(again.json()))).json() == {"outcome": "settled"}
    assert (await ann.wallet()).balance_minor == 1_000


async def test_the_answer_is_that_of_the_time(api: Api, ann: User) -> None:
    """B4: also when the payment is settled by now; reading it tells what it is."""
    first = await ann.post("/payments", NEW, key="one")
    await send(api, event_of(first.json()))
    assert (await ann.post("/payments", NEW, key="one")).json()["status"] == "pending"
    assert (await ann.get(f"/payments/{first.json()['id']}")).json()["status"] == "settled"


async def test_without_a_key_each_is_another(api: Api, ann: User, bob: User) -> None:
    """B4: and so are two accounts that have the same idea."""
    made = [await ann.post("/payments", NEW), await ann.post("/payments", NEW)]
    made += [await who.post("/payments", NEW, key="one") for who in (ann, bob)]
    assert len({answer.json()["id"] for answer in made}) == 4


async def test_a_key_is_for_one_payment(api: Api, ann: User) -> None:
    """B4"""
    await ann.post("/payments", NEW, key="one")
    assert refused(await ann.post("/payments", {"amount_minor": 999}, key="one")) == (422, "idempotency-key-reused")
    assert await api.value("SELECT count(*) FROM payments") == 1


async def test_what_was_too_much_uses_up_no_key(api: Api, ann: User) -> None:
    """B4: it is told before anything is done, and may be mended."""
    too_much = {"amount_minor": api.settings.payment_minor_max + 1}
    assert refused(await ann.post("/payments", too_much, key="one")) == (422, "invalid-fields")
    assert (await ann.post("/payments", NEW, key="one")).status_code == 201


async def test_a_repetition_is_no_further_payment(database: Database, clock: ManualClock) -> None:
    """A12, B4: answered also where no more may be begun; what was refused then is begun later."""
    async with running_api(database.app_url, clock, payment_limit="1/600") as api:
        ann = await api.register("ann")
        first = await ann.post("/payments", NEW, key="one")
        assert refused(await ann.post("/payments", NEW, key="two")) == (429, "too-many-requests")
        assert (await ann.post("/payments", NEW, key="one")).content == first.content
        clock.advance(599_000)
        ann = await api.log_in("ann")
        clock.advance(1_000)
        assert (await ann.post("/payments", NEW, key="two")).status_code == 201


async def test_the_document_says_that_it_may_be_left_out(api: Api) -> None:
    """E2"""
    document = (await api.http.get("/openapi.json")).json()
    [header] = document["paths"]["/v1/payments"]["post"]["parameters"]
    assert (header["name"], header["in"], header["required"]) == ("Idempotency-Key", "header", False)
    assert "default" not in header["schema"]
