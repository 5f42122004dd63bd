"""A5: how long a refused login takes says nothing about the account.

Measured in the work done and in the processor's time, which a busy machine leaves alone, and loosely by the clock.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from argon2 import extract_parameters
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import event

from tests.api.office import hired, refused
from tests.api.world import PASSWORD, Api

ROUNDS = 21
APART_MAX = 0.2
"""So much of the reference's processor time the medians may differ; without the hash they would by 0.9."""
CLOCKS_APART_MAX = 3.0
"""So many times longer by the clock, on a machine that others use too; without the hash it would be ten."""

Door = str
Kind = tuple[Door, str, str]
CUSTOMERS, OPERATORS = "/v1/sessions", "/v1/operator/sessions"
WRONG = "a wrong password"
REFUSED: dict[str, Kind] = {
    "known": (CUSTOMERS, "ann", WRONG),
    "known by its address": (CUSTOMERS, "ann@example.com", WRONG),
    "unknown": (CUSTOMERS, "nobody", WRONG),
    "unknown address": (CUSTOMERS, "nobody@example.com", WRONG),
    "disabled, right password": (CUSTOMERS, "dis", PASSWORD),
    "deleted, right password": (CUSTOMERS, "del", PASSWORD),
    "operator": (OPERATORS, "olga", WRONG),
    "no operator, right password": (OPERATORS, "ann", PASSWORD),
    "disabled operator, right password": (OPERATORS, "otto", PASSWORD),
    "unknown operator": (OPERATORS, "nobody", PASSWORD),
}


@dataclass
class Work:
    """What the logins of one kind cost."""

    hashes: list[list[str]] = field(default_factory=list)
    statements: list[list[str]] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that were verified; the real work is done."""
    seen: list[str] = []
    verify = Argon2Hasher.verify

    def watched(self: Argon2Hasher, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - its name
        seen.append(str(hash))
        return verify(self, password, hash)

    monkeypatch.setattr(Argon2Hasher, "verify", watched)
    return seen


@pytest.fixture
def asked(api: Api) -> Iterator[list[str]]:
    """The statements that the database was asked."""
    seen: list[str] = []

    def watched(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(api.engine.sync_engine, "before_cursor_execute", watched)
    yield seen
    event.remove(api.engine.sync_engine, "before_cursor_execute", watched)


async def _people(api: Api) -> None:
    for name in ("ann", "dis", "del"):
        await api.register(name)
    for name in ("olga", "otto"):
        await hired(api, name)
    await api.execute("UPDATE accounts SET disabled_at = now() WHERE user_name IN ('dis', 'otto')")
    gone = await api.log_in("del")
    deleted = await gone.post("/me/deletion", {"password": PASSWORD})
    assert deleted.status_code == 204


async def _measure(api: Api, hashed: list[str], asked: list[str], rounds: int) -> dict[str, Work]:
    """Log in, the kinds taking turns, so that whatever else the machine does meets them all."""
    work: dict[str, Work] = defaultdict(Work)
    for _ in range(rounds):
        for name, (door, login, password) in REFUSED.items():
            # Refused attempts are counted: after some of them none would get as far as the password.
            await api.execute("DELETE FROM throttles")
            hashed.clear()
            asked.clear()
            began, cpu_began = time.perf_counter(), time.process_time()
            answer = await api.http.post(door, json={"login": login, "password": password})
            work[name].cpu_seconds.append(time.process_time() - cpu_began)
            work[name].seconds.append(time.perf_counter() - began)
            assert refused(answer) == (401, "wrong-credentials"), name
            work[name].hashes.append([*hashed])
            work[name].statements.append([*asked])
    return work


def _apart(work: dict[str, Work], measure: str, reference: str = "known") -> dict[str, float]:
    """Return by how much of it the median of each kind differs from the reference's."""
    medians = {name: statistics.median(getattr(each, measure)) for name, each in work.items()}
    return {name: abs(median / medians[reference] - 1) for name, median in medians.items()}


async def test_a_refused_login_takes_the_same_time_whoever_it_is(
    api: Api, hashed: list[str], asked: list[str]
) -> None:
    """A5: one hash of the same cost, the same questions to the database, the same time of the processor."""
    await _people(api)
    work = await _measure(api, hashed, asked, ROUNDS)
    for name, each in work.items():
        assert {len(hashes) for hashes in each.hashes} == {1}, name
    assert len({str(extract_parameters(hashes[0])) for each in work.values() for hashes in each.hashes}) == 1
    assert len({len(statements) for each in work.values() for statements in each.statements}) == 1
    assert max(_apart(work, "cpu_seconds").values()) < APART_MAX, _apart(work, "cpu_seconds")
    slowest = max(statistics.median(each.seconds) for each in work.values())
    assert slowest < CLOCKS_APART_MAX * min(statistics.median(each.seconds) for each in work.values())


async def test_the_measure_would_notice(
    api: Api, hashed: list[str], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What hashes nothing for the unknown fails by far, and so would half a hash."""
    await _people(api)
    verify = Argon2Hasher.verify
    known = await api.value("SELECT password_hash FROM accounts WHERE user_name = 'ann'")

    def careless(self: Argon2Hasher, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - its name
        return verify(self, password, hash) if hash == known else False

    monkeypatch.setattr(Argon2Hasher, "verify", careless)
    apart = _apart(await _measure(api, hashed, asked, 5), "cpu_seconds")
    assert apart["unknown"] > 2 * APART_MAX, apart
