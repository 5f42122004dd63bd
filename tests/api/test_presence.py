"""D15: whether somebody can be called now, for those who may know; and who says who may."""

from typing import Any
from uuid import UUID, uuid4

from shared.ids import new_id
from tests.api.world import PASSWORD, Api, User, problem_of
from tests.harness.clock import ManualClock

NODE = "node-1"


async def connects(api: Api, clock: ManualClock, user: User, *, node: str = NODE) -> None:
    """Be there, as billing would have noted it."""
    await api.execute(
        "INSERT INTO signaling_nodes (node, heard_at) VALUES (:node, :now)"
        " ON CONFLICT (node) DO UPDATE SET heard_at = excluded.heard_at",
        node=node,
        now=clock.now(),
    )
    await api.execute("INSERT INTO presence (account_id, node) VALUES (:id, :node)", id=user.id, node=node)


async def sees(watcher: User, person: User) -> tuple[str, Any]:
    """Return state and last seen."""
    answer = await watcher.get(f"/people/{person.id}/presence")
    assert answer.status_code == 200, answer.text
    assert answer.json()["account_id"] == str(person.id)
    return answer.json()["state"], answer.json()["last_seen_at"]


async def hinted(api: Api) -> set[UUID]:
    """Return whose watchers are told to look, and forget it."""
    rows = await api.rows("SELECT routing_key FROM outbox WHERE exchange = 'presence' AND type = 'presence.hint'")
    await api.execute("DELETE FROM outbox")
    return {UUID(row["routing_key"]) for row in rows}


async def test_who_is_there_can_be_called(api: Api, clock: ManualClock, ann: User, bob: User) -> None:
    """D15: available, busy and offline; a node that fell silent has nobody."""
    assert await sees(ann, bob) == ("offline", None)
    await connects(api, clock, bob)
    assert await sees(ann, bob) == await sees(bob, bob) == ("available", None)
    await api.execute("UPDATE wallets SET in_call_id = gen_random_uuid() WHERE account_id = :id", id=bob.id)
    assert await sees(ann, bob) == ("busy", None)
    clock.advance(30_000)
    assert (await sees(ann, bob))[0] == "busy"
    clock.advance(1_000)
    assert await sees(ann, bob) == ("offline", None)


async def test_do_not_disturb_is_told(api: Api, clock: ManualClock, ann: User, bob: User) -> None:
    """D15: instead of available or busy, and not instead of offline."""
    changed = await bob.patch("/me", {"do_not_disturb": True})
    assert changed.json() == (await bob.get("/me")).json()
    assert changed.json()["do_not_disturb"] is True
    assert (await sees(ann, bob))[0] == "offline"
    await connects(api, clock, bob)
    assert (await sees(ann, bob))[0] == "do_not_disturb"
    await bob.patch("/me", {"do_not_disturb": False})
    assert (await sees(ann, bob))[0] == "available"


async def test_who_may_know_is_said_in_the_profile(api: Api, clock: ManualClock, ann: User, bob: User) -> None:
    """D15: those who may call, those in the contacts, or nobody; oneself in any case."""
    await connects(api, clock, bob)
    for wanted, stranger, contact in (
        ("contacts", "hidden", "available"),
        ("nobody", "hidden", "hidden"),
        ("callers", "available", "available"),
    ):
        assert (await bob.patch("/me", {"presence_to": wanted})).json()["presence_to"] == wanted
        assert (await sees(ann, bob))[0] == stranger
        await bob.put(f"/me/contacts/{ann.id}", None)
        assert (await sees(ann, bob))[0] == contact
        assert (await sees(bob, bob))[0] == "available"
        await bob.delete(f"/me/contacts/{ann.id}")
    await bob.patch("/me", {"calls_from": "contacts"})
    assert (await sees(ann, bob))[0] == "hidden"
    for wrong in ("everybody", "", None, 1):
        assert problem_of(await bob.patch("/me", {"presence_to": wrong})).fields == {"presence_to"}


async def test_who_is_not_to_be_seen_looks_like_nobody(api: Api, clock: ManualClock, ann: User, bob: User) -> None:
    """E5: blocked on either side, disabled, deleted or unknown; the same bytes but for the id."""
    await connects(api, clock, bob)
    await bob.patch("/me", {"last_seen_shared": True})
    answers = [await ann.get(f"/people/{uuid4()}/presence")]
    for blocker, blocked in ((ann, bob), (bob, ann)):
        await blocker.put(f"/me/blocklist/{blocked.id}", None)
        answers.append(await ann.get(f"/people/{bob.id}/presence"))
        await blocker.delete(f"/me/blocklist/{blocked.id}")
    assert (await sees(ann, bob))[0] == "available"
    await api.execute("UPDATE accounts SET disabled_at = now() WHERE id = :id", id=bob.id)
    answers.append(await ann.get(f"/people/{bob.id}/presence"))
    seen = {(each.status_code, each.text.replace(each.json()["account_id"], "")) for each in answers}
    assert seen == {(200, '{"account_id":"","state":"hidden","last_seen_at":null}')}
    assert problem_of(await ann.get("/people/bob/presence")).status == 404


async def test_last_seen_is_shared_by_those_who_say_so(api: Api, ann: User, bob: User) -> None:
    """D15: off by default, and forgotten as soon as it is switched off."""
    assert (await bob.get("/me")).json()["last_seen_shared"] is False
    assert (await bob.patch("/me", {"last_seen_shared": True})).json()["last_seen_shared"] is True
    assert await sees(ann, bob) == ("offline", None)
    await api.execute("UPDATE accounts SET last_seen_at = '2026-01-02T03:04:05Z' WHERE id = :id", id=bob.id)
    assert await sees(ann, bob) == ("offline", "2026-01-02T03:04:05Z")
    await bob.patch("/me", {"presence_to": "nobody"})
    assert await sees(ann, bob) == ("hidden", None)
    await bob.patch("/me", {"presence_to": "callers", "last_seen_shared": False})
    assert await api.value("SELECT last_seen_at FROM accounts WHERE id = :id", id=bob.id) is None
    await bob.patch("/me", {"last_seen_shared": True})
    assert await sees(ann, bob) == ("offline", None)


async def test_when_somebody_was_seen_is_not_ours_to_take(ann: User) -> None:
    """What is told is no input."""
    for name, value in (("last_seen_at", "2026-01-02T03:04:05Z"), ("state", "available"), ("presence", "busy")):
        assert problem_of(await ann.patch("/me", {name: value})).status == 422


async def test_who_is_there_dies_with_its_node(api: Api, clock: ManualClock, ann: User, bob: User) -> None:
    """D15: seen last when the node was heard of last; another node that lives counts."""
    await bob.patch("/me", {"last_seen_shared": True})
    died_at = clock.now()
    await connects(api, clock, bob)
    clock.advance(31_000)
    state, last_seen_at = await sees(ann, bob)
    assert (state, last_seen_at) == ("offline", died_at.isoformat().replace("+00:00", "Z"))
    await connects(api, clock, bob, node="node-2")
    assert await sees(ann, bob) == ("available", None)


async def test_lists_and_searches_show_presence(api: Api, clock: ManualClock, ann: User, bob: User) -> None:
    """D15: before calling; as much as the own page of a person shows."""
    await connects(api, clock, bob)
    await ann.put(f"/me/contacts/{bob.id}", None)

    async def shown() -> set[str]:
        pages = [await ann.get("/people", q="bob"), await ann.get("/me/contacts")]
        found = [person for page in pages for person in page.json()["items"]]
        return {person["presence"] for person in [*found, (await ann.get("/people/bob")).json()]}

    assert await shown() == {"available"}
    await bob.patch("/me", {"presence_to": "nobody"})
    assert await shown() == {"hidden"}


async def test_watchers_are_told_to_look(api: Api, ann: User, bob: User) -> None:
    """D15: after whatever changes what they may know; with the change or not at all."""
    await hinted(api)
    wishes = {"do_not_disturb": True, "presence_to": "contacts", "last_seen_shared": True, "calls_from": "contacts"}
    for name, value in wishes.items():
        await bob.patch("/me", {name: value})
        assert await hinted(api) == {bob.id}, name
    await bob.patch("/me", {"user_name": "bobby"})
    assert await hinted(api) == set()
    for path in ("/me/blocklist", "/me/contacts"):
        for _ in range(2):
            await bob.put(f"{path}/{ann.id}", None)
        assert await hinted(api) == {ann.id, bob.id}
        await bob.put(f"{path}/{ann.id}", None)
        assert await hinted(api) == set()
        await bob.delete(f"{path}/{ann.id}")
        assert await hinted(api) == {ann.id, bob.id}
        await bob.delete(f"{path}/{new_id()}")
        assert await hinted(api) == set()


async def test_nothing_of_it_is_left_of_who_leaves(api: Api, clock: ManualClock, ann: User, bob: User) -> None:
    """A15: neither where they were, nor when, nor what they wished; who watches is told to look."""
    await connects(api, clock, bob)
    await bob.patch("/me", {"last_seen_shared": True, "do_not_disturb": True, "presence_to": "contacts"})
    await api.execute("UPDATE accounts SET last_seen_at = now() WHERE id = :id", id=bob.id)
    await hinted(api)
    assert (await bob.post("/me/deletion", {"password": PASSWORD})).status_code == 204
    assert await hinted(api) == {bob.id}
    assert await api.rows("SELECT * FROM presence") == []
    (row,) = await api.rows(
        "SELECT do_not_disturb, presence_to, last_seen_shared, last_seen_at FROM accounts WHERE id = :id", id=bob.id
    )
    assert list(row.values()) == [False, "callers", False, None]
    assert await sees(ann, bob) == ("hidden", None)


async def test_an_operator_who_shuts_somebody_out_has_watchers_look(
    api: Api, clock: ManualClock, ann: User, bob: User
) -> None:
    """D15: disabled and enabled again."""
    await connects(api, clock, bob)
    await api.execute("UPDATE accounts SET is_operator = true WHERE id = :id", id=ann.id)
    login = {"login": "ann", "password": PASSWORD}
    token = (await ann.post("/operator/sessions", login)).json()["access_token"]
    for act, state in (("disable", "hidden"), ("enable", "available")):
        await hinted(api)
        answer = await api.http.post(
            f"/v1/operator/accounts/{bob.id}/{act}",
            json={"reason": "to see what happens"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text
        assert await hinted(api) == {bob.id}
        assert (await sees(ann, bob))[0] == state
