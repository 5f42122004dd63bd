"""New passwords that anybody would try first."""

from typing import Any
from unicodedata import normalize

import pytest

from api.weak_passwords import PRODUCT_WORDS, WeakPasswordError, refuse_weak
from tests.api.test_accounts import NEW
from tests.api.world import PASSWORD, Api, User, problem_of, running_api
from tests.harness.clock import ManualClock

ANN = {"email": "ann.lee@quarry.example", "user_name": "annabella"}
COMMON = ["basketball", "Christopher", "1qaz2wsx3edc", "password123", "!!Superman1987", "1q2w3e4r5t6y"]
REPEATED = ["aaaaaaaaaa", "1234512345", "abababababab", "121212121212"]
RUNS = ["0123456789", "0987654321", "qwertyuiop", "abcdefghij", "poiuytrewq", "901234567890"]
NAMES = [
    "annabella-1234",
    "TALKTIME2030",
    "talktimetalktime",
    "quarry.example",
    "ann.lee.lee.ann",
    "talktimesunshine",
]
GOOD = [
    "correct horse battery",
    "häßliche Zwölf",
    "  spaces count  ",
    "7291 6485 3021 9987",
    "密码很长的一句话要记住吧",
    "x" + "yz!7uQ" * 42,
]


def refused(password: str) -> bool:
    """Tell whether it is refused to Ann."""
    try:
        refuse_weak(password, field="password", words=[*PRODUCT_WORDS, *ANN.values(), "quarry", "lee", "ann"])
    except WeakPasswordError:
        return True
    return False


@pytest.mark.parametrize("password", [*COMMON, *REPEATED, *RUNS, *NAMES])
def test_what_anybody_would_try_is_refused(password: str) -> None:
    """ASVS 6.2.4, 6.2.11: common, repeated, in a row on the keyboard, or a name that everybody knows."""
    assert refused(password)


@pytest.mark.parametrize("password", GOOD)
def test_no_kind_of_characters_is_demanded(password: str) -> None:
    """ASVS 6.2.5, 6.2.9: sentences, any script, digits alone, 253 characters."""
    assert not refused(password)


async def test_at_every_door_where_one_is_chosen(api: Api, ann: User) -> None:
    """A2: registering and changing name the field; nothing is changed."""
    weak = "ann@example.com 1"
    problem = problem_of(await api.http.post("/v1/accounts", json={**NEW, "user_name": "eve", "password": weak}))
    assert (problem.status, problem.fields) == (422, {"password"})
    change: dict[str, Any] = {"current_password": PASSWORD, "new_password": weak}
    problem = problem_of(await ann.put("/me/password", change))
    assert (problem.status, problem.fields) == (422, {"new_password"})
    assert await api.value("SELECT count(*) FROM accounts") == 1
    await api.log_in("ann")


async def test_words_of_the_installation(api: Api, clock: ManualClock) -> None:
    """ASVS 6.1.2: the operator names more."""
    new = {**NEW, "password": "quarryphone-22"}
    async with running_api(api.settings.database_url, clock, password_words=("Quarryphone",)) as own:
        assert problem_of(await own.http.post("/v1/accounts", json=new)).fields == {"password"}
    assert (await api.http.post("/v1/accounts", json=new)).status_code == 201


async def test_it_is_taken_exactly_as_it_is(api: Api) -> None:
    """ASVS 6.2.8: no trimming, no folding of case or of Unicode, no cutting."""
    password = "  Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich, und das seit Jahren!  "
    assert (await api.http.post("/v1/accounts", json={**NEW, "password": password})).status_code == 201
    await api.log_in("ann", password=password)
    for other in (password.strip(), password.lower(), normalize("NFD", password), password[:72], password + " "):
        answer = await api.http.post("/v1/sessions", json={"login": "ann", "password": other})
        assert answer.status_code == 401, other
