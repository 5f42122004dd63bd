"""Blocklist and contacts: whom one takes calls from, and who may know."""

import asyncio
from uuid import UUID

import pytest

from api.pages import Page
from api.people.schemas import Person
from tests.api.world import PASSWORD, Api, User, problem_of, running_api

pytestmark = pytest.mark.parametrize("path", ["/me/blocklist", "/me/contacts"])
TABLES = {"/me/blocklist": "blocklist", "/me/contacts": "contacts"}


async def made(api: Api, *names: str) -> dict[str, UUID]:
    """Store people and return their ids."""
    for name in names:
        await api.execute(
            "INSERT INTO accounts (id, email, user_name, password_hash)"
            " VALUES (gen_random_uuid(), :email, :name, 'x')",
            email=f"{name}@example.com",
            name=name,
        )
    rows = await api.rows("SELECT id, user_name FROM accounts")
    return {row["user_name"]: row["id"] for row in rows}


async def names_on(user: User, path: str) -> list[str]:
    """Return who is on the list."""
    page = await user.read(path, Page[Person])
    return [person.user_name for person in page.items]


async def test_people_are_put_on_and_taken_off(ann: User, bob: User, path: str) -> None:
    """Repeated, either changes nothing; the other list, and anybody else's, are others."""
    assert await names_on(ann, path) == []
    for _ in range(2):
        assert (await ann.put(f"{path}/{bob.id}", None)).status_code == 204
    assert await names_on(ann, path) == ["bob"]
    (other,) = TABLES.keys() - {path}
    assert await names_on(ann, other) == await names_on(bob, path) == []
    for _ in range(2):
        assert (await ann.delete(f"{path}/{bob.id}")).status_code == 204
    assert await names_on(ann, path) == []


async def test_nobody_is_put_on_who_is_not_there(api: Api, ann: User, bob: User, path: str) -> None:
    """E5: unknown, disabled and deleted accounts look as they do when they are looked up; oneself is no person."""
    unknown = UUID(int=7)
    await api.execute("UPDATE accounts SET disabled_at = now() WHERE id = :id", id=bob.id)
    answers = [await ann.put(f"{path}/{who}", None) for who in (unknown, bob.id)]
    await api.execute("UPDATE accounts SET deleted_at = now() WHERE id = :id", id=bob.id)
    answers += [await ann.put(f"{path}/{bob.id}", None), await ann.get(f"/people/{unknown}")]
    assert [problem_of(answer).status for answer in answers] == [404] * 4
    assert len({answer.text for answer in answers}) == 1
    own = problem_of(await ann.put(f"{path}/{ann.id}", None))
    assert (own.status, own.fields) == (422, {"account_id"})
    assert problem_of(await ann.put(f"{path}/bob", None)).status == 404
    assert (await ann.delete(f"{path}/{unknown}")).status_code == 204
    assert await names_on(ann, path) == []


async def test_a_disabled_account_stays_on_the_list(api: Api, ann: User, bob: User, path: str) -> None:
    """It may be enabled again, and may be taken off."""
    await ann.put(f"{path}/{bob.id}", None)
    await api.execute("UPDATE accounts SET disabled_at = now() WHERE id = :id", id=bob.id)
    assert await names_on(ann, path) == ["bob"]
    assert (await ann.delete(f"{path}/{bob.id}")).status_code == 204
    assert await names_on(ann, path) == []


async def test_pages_are_stable(api: Api, ann: User, path: str) -> None:
    """E4: every person once, in the order of the alphabet, although one is taken off between two pages."""
    people = await made(api, "Zoe", "adam", "Berta", "carl", "dora")
    for name in ("Zoe", "adam", "Berta", "carl", "dora"):
        await ann.put(f"{path}/{people[name]}", None)
    first = await ann.read(path, Page[Person], limit=2)
    await ann.delete(f"{path}/{people['adam']}")
    second = await ann.read(path, Page[Person], limit=2, cursor=first.next_cursor)
    third = await ann.read(path, Page[Person], limit=2, cursor=second.next_cursor)
    pages = [[person.user_name for person in page.items] for page in (first, second, third)]
    assert pages == [["adam", "Berta"], ["carl", "dora"], ["Zoe"]]
    assert third.next_cursor is None
    for query in ({"limit": 0}, {"limit": 101}, {"cursor": "!"}):
        assert problem_of(await ann.get(path, **query)).status == 422


async def test_lists_have_an_end(api: Api, ann: User, path: str) -> None:
    """Also where several requests come at once; who is on it is put on again, and a place becomes free again."""
    async with running_api(api.settings.database_url, api.clock, people_list_max=3) as small:
        ann = User(small, ann.id, ann.user_name, ann.session_id, ann.access_token, ann.refresh_token)
        people = list((await made(api, *(f"one{n}" for n in range(6)))).values())
        others = [each for each in people if each != ann.id]
        answers = await asyncio.gather(*(ann.put(f"{path}/{other}", None) for other in others))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [204, 204, 204, 409, 409, 409]
        full = next(answer for answer in answers if answer.status_code == 409)
        assert problem_of(full).type == "urn:talktime:problem:list-full"
        on, off = [
            [other for other, answer in zip(others, answers, strict=True) if answer.status_code == status]
            for status in (204, 409)
        ]
        assert (await ann.put(f"{path}/{on[0]}", None)).status_code == 204
        await ann.delete(f"{path}/{on[0]}")
        assert (await ann.put(f"{path}/{off[0]}", None)).status_code == 204
        assert await api.value(f"SELECT count(*) FROM {TABLES[path]}") == 3


async def test_two_who_list_each_other_at_once(ann: User, bob: User, path: str) -> None:
    """Neither waits for the other for ever."""
    for _ in range(5):
        answers = await asyncio.gather(*(a.put(f"{path}/{b.id}", None) for a, b in [(ann, bob), (bob, ann)] * 3))
        assert {answer.status_code for answer in answers} == {204}


async def test_whoever_leaves_is_on_no_list(api: Api, ann: User, bob: User, path: str) -> None:
    """A15: the own lists go, and so do the entries in others'; also one that is made at that very moment."""
    carl = (await made(api, "carl"))["carl"]
    await ann.put(f"{path}/{bob.id}", None)
    await bob.put(f"{path}/{ann.id}", None)
    await bob.put(f"{path}/{carl}", None)
    left, put = await asyncio.gather(
        ann.post("/me/deletion", {"password": PASSWORD}), bob.put(f"{path}/{ann.id}", None)
    )
    assert left.status_code == 204
    assert put.status_code in {204, 404}
    assert await names_on(bob, path) == ["carl"]
    assert await api.value(f"SELECT count(*) FROM {TABLES[path]}") == 1


async def test_strangers_have_no_list(api: Api, ann: User, path: str) -> None:
    """A login is needed."""
    for method, where in (("GET", path), ("PUT", f"{path}/{ann.id}"), ("DELETE", f"{path}/{ann.id}")):
        assert problem_of(await api.http.request(method, f"/v1{where}")).status == 401


async def test_trying_ids_is_limited(api: Api, ann: User, bob: User, path: str) -> None:
    """A12: as looking people up is."""
    async with running_api(api.settings.database_url, api.clock, search_limit="2/60") as strict:
        ann = User(strict, ann.id, ann.user_name, ann.session_id, ann.access_token, ann.refresh_token)
        answers = [await ann.put(f"{path}/{who}", None) for who in (bob.id, UUID(int=7), UUID(int=8))]
    assert [answer.status_code for answer in answers] == [204, 404, 429]
