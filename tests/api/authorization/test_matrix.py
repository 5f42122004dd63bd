"""A7, A8, A9, A14, A17, E5: every route of the document, for everybody, as `table` says."""

import re

import httpx
import pytest

from tests.api.authorization.asking import PARTS, Route, ask, routes
from tests.api.authorization.table import Cell, expected
from tests.api.cast import Part, Person, enter
from tests.api.office import refused
from tests.api.snapshots import snapshot
from tests.api.world import Api

SHUT_OUT = [
    Part("logged out", logged_out=True),
    Part("operator logged out", kind="operator", is_operator=True, logged_out=True),
    Part("operator disabled", kind="operator", is_operator=True, disabled=True),
    Part("operator dismissed", kind="operator"),
    Part("deleted", disabled=True, deleted=True),
]
IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def test_every_route_has_its_line(api: Api) -> None:
    """A new route fails here until somebody has said who may use it; so does a line without a route."""
    assert {(each.method, each.path) for each in await routes(api)} == set(expected())


async def test_everybody_everywhere(api: Api, subtests: pytest.Subtests) -> None:
    """The statuses of the table; what is refused changes nothing."""
    for route in await routes(api):
        with subtests.test(route=f"{route.method} {route.path}"):
            people = await enter(api, PARTS)
            before = await snapshot(api)
            cells = expected().get((route.method, route.path), [])
            # What is refused first, since what is not may end a session or an account.
            for cell in sorted(cells, key=lambda cell: cell.status < 400):
                if cell.status < 400 and before:
                    assert await snapshot(api) == before
                    before = {}
                answer = await _ask(api, route, people, cell)
                assert answer.status_code == cell.status, (cell, answer.text)
            assert not before or await snapshot(api) == before


async def test_foreign_and_unknown_look_the_same(api: Api, subtests: pytest.Subtests) -> None:
    """E5: byte for byte, but for the id where the answer repeats it."""
    compared = 0
    for route in await routes(api):
        cells = {(cell.who, cell.whose): cell for cell in expected().get((route.method, route.path), [])}
        refused_there = {cell for cell in cells.values() if cell.whose == "foreign" and cell.status >= 400}
        # Operators see everything there is, and may hear that it is not in the state to be acted on.
        for who in {cell.who for cell in refused_there if (cell.who, cell.status) != ("operator", 409)}:
            with subtests.test(route=f"{route.method} {route.path}", who=who):
                people = await enter(api, PARTS)
                answers = [await _ask(api, route, people, cells[who, whose]) for whose in ("foreign", "unknown")]
                assert _seen(answers[0]) == _seen(answers[1])
                compared += 1
    assert compared > 90


async def test_who_is_shut_out_hears_what_nobody_hears(api: Api, subtests: pytest.Subtests) -> None:
    """A8, A9: logged out, dismissed, deleted: at every door that asks who is there."""
    people = await enter(api, SHUT_OUT)
    for route in await routes(api):
        if route.needs_login:
            with subtests.test(route=f"{route.method} {route.path}"):
                nobody = await ask(api, route, None, things={})
                assert refused(nobody) == (401, "unauthenticated")
                for person in people.values():
                    answer = await ask(api, route, person, things=person.things)
                    assert _seen(answer) == _seen(nobody), person.user_name


async def _ask(api: Api, route: Route, people: dict[str, Person], cell: Cell) -> httpx.Response:
    asker = people.get(cell.who)
    bystander = people["bystander"].things
    owned = {"own": asker.things if asker else bystander, "foreign": bystander, "unknown": {}}[cell.whose]
    return await ask(api, route, asker, things={**owned, "provider_name": "sandbox", "house": "revenue"})


def _seen(answer: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    return answer.status_code, IDS.sub("<id>", answer.text), sorted(answer.headers.items())
