"""Registering, and what is refused."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace
from polyfactory.factories.msgspec_factory import MsgspecFactory

from api.accounts.schemas import NewAccount
from api.app import create_app
from tests.api.world import PASSWORD, Api, User, client_of, problem_of

OWN_FIELDS = "id user_name email is_operator relay_only calls_from created_at".split()
OF_PRESENCE = {"do_not_disturb", "presence_to", "last_seen_shared"}
NEW = {"email": "ann@example.com", "user_name": "ann", "password": PASSWORD}


class NewAccountFactory(MsgspecFactory[NewAccount]):
    """Registrations that are well formed."""

    __model__ = NewAccount
    __set_as_default_factory_for_type__ = False

    @classmethod
    def email(cls) -> str:
        """Addresses are checked by more than a pattern."""
        return str(cls.__faker__.unique.email())

    @classmethod
    def user_name(cls) -> str:
        """Names of every allowed character."""
        return str(cls.__faker__.unique.bothify("?#._-????####"))


def as_json(new: NewAccount) -> dict[str, str]:
    """Return what a client sends."""
    return {"email": new.email, "user_name": new.user_name, "password": new.password}


async def test_registering_opens_an_empty_wallet(api: Api) -> None:
    """A1: 201, nothing of the password in the answer, and a wallet with the configured price."""
    made = await api.http.post("/v1/accounts", json=NEW)
    assert made.status_code == 201
    assert set(made.json()) == {
        "id",
        "user_name",
        "email",
        "is_operator",
        "relay_only",
        "calls_from",
        "created_at",
        *OF_PRESENCE,
    }
    assert PASSWORD not in made.text
    assert "argon2" not in made.text
    [wallet] = await api.rows("SELECT account_id, balance_minor, held_minor, price_minor FROM wallets")
    assert str(wallet.pop("account_id")) == made.json()["id"]
    assert wallet == {"balance_minor": 0, "held_minor": 0, "price_minor": 10}


async def test_account_and_wallet_are_one_transaction(api: Api) -> None:
    """A1: where the wallet cannot be stored there is no account either."""
    impossible = replace(api.settings, price_minor=-1)
    app = create_app(impossible, engine=api.engine, clock=api.clock)
    async with client_of(app) as http:
        problem = problem_of(await http.post("/v1/accounts", json=NEW))
    assert problem.type == "urn:talktime:problem:internal-error"
    assert await api.value("SELECT count(*) FROM accounts") == 0


async def test_the_password_is_stored_as_argon2id_with_the_chosen_cost(api: Api) -> None:
    """A6: m=19456 KiB, t=2, p=1."""
    await api.http.post("/v1/accounts", json=NEW)
    stored = await api.value("SELECT password_hash FROM accounts")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_well_formed_registrations_are_taken(api: Api) -> None:
    """A1, for many shapes of names, addresses and passwords."""
    for new in NewAccountFactory.batch(10):
        made = await api.http.post("/v1/accounts", json=as_json(new))
        assert made.status_code == 201, made.text
        assert made.json()["user_name"] == new.user_name


BAD_FIELDS: list[tuple[dict[str, Any], set[str]]] = [
    ({"email": "no address"}, {"email"}),
    ({"email": "a@b@c.example"}, {"email"}),
    ({"email": ""}, {"email"}),
    ({"email": f"{'a' * 64}@{'b' * 250}.example"}, {"email"}),
    ({"email": 7}, {"email"}),
    ({"email": None}, {"email"}),
    ({"email": "ann\0@example.com"}, {"email"}),
    ({"password": "nine char"}, {"password"}),
    ({"password": "x" * 257}, {"password"}),
    ({"password": "with a NUL \0 inside"}, {"password"}),
    ({"user_name": "ab"}, {"user_name"}),
    ({"user_name": "x" * 33}, {"user_name"}),
    ({"user_name": "two words"}, {"user_name"}),
    ({"user_name": "ann\n"}, {"user_name"}),
    ({"user_name": "ann@example"}, {"user_name"}),
    ({"user_name": "änn"}, {"user_name"}),
    ({"user_name": ["ann"]}, {"user_name"}),
    ({"is_admin": True}, {"is_admin"}),
    ({"is_operator": True}, {"is_operator"}),
    ({"balance_minor": 1_000}, {"balance_minor"}),
    ({"price_minor": 0}, {"price_minor"}),
    ({"id": "01a1f8fe-b0d3-74ad-bf3c-d5e4f3a41f56"}, {"id"}),
    ({"email": "bad", "user_name": "", "password": "x", "more": 1}, {"email", "user_name", "password", "more"}),
]


async def test_each_bad_field_is_named(api: Api, subtests: pytest.Subtests) -> None:
    """A2, A4: 422 naming every bad or unknown field; nothing is stored."""
    for changes, fields in BAD_FIELDS:
        with subtests.test(changes=changes):
            problem = problem_of(await api.http.post("/v1/accounts", json={**NEW, **changes}))
            assert (problem.status, problem.type) == (422, "urn:talktime:problem:invalid-fields")
            assert problem.fields == fields
    assert await api.value("SELECT count(*) FROM accounts") == 0


async def test_each_missing_field_is_named(api: Api) -> None:
    """A2."""
    for missing in NEW:
        body = {name: value for name, value in NEW.items() if name != missing}
        problem = problem_of(await api.http.post("/v1/accounts", json=body))
        assert (problem.status, problem.fields) == (422, {missing})


async def test_what_is_taken_is_named(api: Api, ann: User, subtests: pytest.Subtests) -> None:
    """A2, A3: 409 naming the field; case makes no difference."""
    for again, fields in [
        ({"email": "Ann@Example.COM", "user_name": "other"}, {"email"}),
        ({"email": "ANN@example.com", "user_name": "other"}, {"email"}),
        ({"email": "other@example.com", "user_name": "ANN"}, {"user_name"}),
        ({"email": "ann@example.com", "user_name": "Ann"}, {"email", "user_name"}),
    ]:
        with subtests.test(again=again):
            problem = problem_of(await api.http.post("/v1/accounts", json={**NEW, **again}))
            assert (problem.status, problem.type) == (409, "urn:talktime:problem:already-taken")
            assert problem.fields == fields
    assert await api.value("SELECT count(*) FROM accounts") == 1


async def test_of_many_registrations_at_once_one_wins(api: Api) -> None:
    """A3, with a race: the database decides."""
    names = ("ann", "Ann", "ANN", "aNn", "anN", "ann", "ANn", "aNN")
    posts = [api.http.post("/v1/accounts", json={**NEW, "user_name": name}) for name in names]
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]
    assert await api.value("SELECT count(*) FROM accounts") == await api.value("SELECT count(*) FROM wallets") == 1


async def test_me(ann: User) -> None:
    """Who one is, and nothing secret."""
    me = (await ann.get("/me")).json()
    assert me["id"] == str(ann.id)
    assert set(me) == {
        "id",
        "user_name",
        "email",
        "is_operator",
        "relay_only",
        "calls_from",
        "created_at",
        *OF_PRESENCE,
    }
