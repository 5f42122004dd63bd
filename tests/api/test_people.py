"""Finding people."""

from typing import Any
from uuid import uuid4

import pytest

from api.pages import Page, write_cursor
from api.people.schemas import Person
from tests.api.world import Api, User, problem_of

NAMES = ("anna", "Annabel", "bob", "bob_b", "bobXb", "carol-ann", "x.100", "x.100.y")


@pytest.fixture
async def crowd(api: Api, ann: User) -> User:
    """Many people, stored directly since hashing passwords takes long."""
    for name in NAMES:
        await api.execute(
            "INSERT INTO accounts (id, email, user_name, password_hash) VALUES (:id, :email, :name, 'x')",
            id=uuid4(),
            email=f"{name}@example.com",
            name=name,
        )
    return ann


async def found(user: User, **query: Any) -> list[str]:
    """Return the names of one page."""
    page = await user.read("/people", Page[Person], **query)
    return [person.user_name for person in page.items]


FOUND = {
    "ann": {"ann", "anna", "Annabel", "carol-ann"},
    "ANN": {"ann", "anna", "Annabel", "carol-ann"},
    "bob": {"bob", "bob_b", "bobXb"},
    "bob_b": {"bob_b"},
    "_": {"bob_b"},
    "%": set(),
    "b%b": set(),
    "\\": set(),
    "/": set(),
    "'": set(),
    "x.100": {"x.100", "x.100.y"},
    "é": set(),
    "example.com": set(),
}


async def test_by_part_of_the_name(crowd: User) -> None:
    """A16: anywhere in the name, case aside, `%` and `_` literal, never by e-mail address."""
    for text, names in FOUND.items():
        assert set(await found(crowd, q=text)) == names, text


async def test_by_id(api: Api, crowd: User) -> None:
    """A16: in the search and by path; by name too."""
    bob = await api.value("SELECT id FROM accounts WHERE user_name = 'bob'")
    assert await found(crowd, q=str(bob)) == ["bob"]
    assert (await crowd.read(f"/people/{bob}", Person)).user_name == "bob"
    assert (await crowd.read("/people/BOB", Person)).id == bob


async def test_nobody_there(crowd: User) -> None:
    """E5, E6."""
    for who in ("nobody", "bo", "b%25b", str(uuid4()), "%00", "%ff", "x" * 500, "%E2%80%AE"):
        assert problem_of(await crowd.get(f"/people/{who}")).status == 404, who


async def test_no_addresses(crowd: User) -> None:
    """A16: an e-mail address is in no answer."""
    for path in ("/people?q=a", "/people/anna"):
        answer = await crowd.get(path)
        assert answer.status_code == 200
        assert "@" not in answer.text


async def test_disabled_accounts_are_not_found(api: Api, crowd: User) -> None:
    """Nobody could call them."""
    await api.execute("UPDATE accounts SET disabled_at = now() WHERE user_name = 'bob'")
    assert sorted(await found(crowd, q="bob")) == ["bobXb", "bob_b"]
    assert problem_of(await crowd.get("/people/bob")).status == 404


async def test_pages_are_stable(api: Api, crowd: User) -> None:
    """A16, E4: every name once, in order, although somebody registers between two pages."""
    seen: list[str] = []
    cursor = None
    while True:
        query = {"q": "b", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await crowd.read("/people", Page[Person], **query)
        seen += [person.user_name for person in page.items]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
        name = f"aab{len(seen)}"
        await api.execute(
            "INSERT INTO accounts (id, email, user_name, password_hash)"
            " VALUES (gen_random_uuid(), :name, :name, 'x')",
            name=name,
        )
    assert len(seen) == len(set(seen))
    assert {"Annabel", "bob", "bob_b", "bobXb"} == set(seen)


async def test_bad_cursors_are_refused(ann: User) -> None:
    """E4."""
    for cursor in ("!", "YQ", write_cursor("bad name"), write_cursor("\0"), "é", "x" * 300):
        problem = problem_of(await ann.get("/people", q="a", cursor=cursor))
        assert (problem.status, problem.fields) == (422, {"cursor"}), cursor


async def test_bad_queries_are_refused(ann: User) -> None:
    """A16, E4, E6."""
    for query in ("", "q=", f"q={'x' * 65}", "q=%00", "q=%FF", "q=a&limit=0", "q=a&limit=101"):
        assert problem_of(await ann.get(f"/people?{query}")).status == 422, query


async def test_strangers_find_nobody(api: Api) -> None:
    """A login is needed."""
    assert problem_of(await api.http.get("/v1/people?q=a")).status == 401
