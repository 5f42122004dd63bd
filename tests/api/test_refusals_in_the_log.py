"""What is refused stands in the log: guessing, probing and forging are seen there."""

import logging
from uuid import uuid4

import pytest

from tests.api.office import log_in_as_operator
from tests.api.world import PASSWORD, Api, User


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what our own loggers wrote since the last look."""
    written = [record.getMessage() for record in caplog.records if record.name.startswith("api.")]
    caplog.clear()
    return written


async def test_logins_are_there(api: Api, ann: User, caplog: pytest.LogCaptureFixture) -> None:
    """ASVS 16.3.1: the good ones and the bad ones, at which door and from where; for whom, where that is known."""
    caplog.set_level(logging.INFO)
    phone = await api.log_in("ann")
    [opened] = lines(caplog)
    assert opened == f"session {phone.session_id} of account {ann.id} is opened: personal, from 127.0.0.1"
    for login, whose in (("ann", str(ann.id)), ("nobody-of-that-name", "(none)")):
        await api.http.post("/v1/sessions", json={"login": login, "password": "not the password"})
        wrong, refused = lines(caplog)
        assert wrong == f"failed login to account {whose} at the personal door"
        assert refused == "POST /v1/sessions refused: wrong-credentials, to nobody known from 127.0.0.1"
    await log_in_as_operator(api, "ann")
    assert lines(caplog)[0] == "failed login to account (none) at the operator door"


async def test_probing_is_there(api: Api, ann: User, bob: User, caplog: pytest.LogCaptureFixture) -> None:
    """ASVS 16.3.2, 16.3.3: no rights, somebody else's, nonsense; who it was, where that is known."""
    caplog.set_level(logging.INFO)
    await ann.get(f"/sessions/{bob.session_id}")
    await api.http.get("/v1/me")
    await ann.get("/operator/figures")
    await ann.post("/payments", {"amount_minor": -1, "is_free": True})
    await api.http.get(f"/v1/{uuid4()}")
    assert lines(caplog) == [
        f"GET /v1/sessions/{{session_id}} refused: not-found, to {ann.id} from 127.0.0.1",
        "GET /v1/me refused: unauthenticated, to nobody known from 127.0.0.1",
        "GET /v1/operator/figures refused: unauthenticated, to nobody known from 127.0.0.1",
        f"POST /v1/payments refused: invalid-fields, to {ann.id} from 127.0.0.1",
        "GET (no route) refused: not-found, to nobody known from 127.0.0.1",
    ]


async def test_nothing_secret_is_there(api: Api, ann: User, caplog: pytest.LogCaptureFixture) -> None:
    """D2, G8: no password, no token, no login that may be a mistyped password."""
    caplog.set_level(logging.DEBUG)
    await api.http.post("/v1/sessions", json={"login": PASSWORD, "password": PASSWORD})
    await api.http.post("/v1/sessions", json={"login": "ann", "password": PASSWORD, "token": ann.access_token})
    await api.http.post("/v1/sessions/refresh", json={"refresh_token": ann.refresh_token + "x"})
    await api.http.get("/v1/me", headers={"Authorization": f"Bearer {ann.access_token}x"})
    written = " ".join(lines(caplog))
    assert written
    for secret in (PASSWORD, ann.access_token, ann.refresh_token):
        assert secret not in written
