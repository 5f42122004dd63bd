"""Operators of a running Talktime."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import httpx

from talktime.person import Person
from tests.harness.programs import Program, Programs
from tests.journeys.installation import PASSWORD, Installation, Separate

REASON = {"reason": "a customer asked for it"}


async def create_operator(programs: Programs, installation: Installation, *arguments: str) -> Program:
    """Run the command where the installation runs, to its end."""
    env: Mapping[str, str] = {}
    if isinstance(installation, Separate):
        env = installation.environments["api"]
    else:
        arguments = (*arguments, "--data-dir", str(installation.data_dir))
    program = await programs.talktime("create-operator", *arguments, env=env)
    await program.ends()
    return program


class Operator:
    """Somebody who is logged in at the operators' door."""

    def __init__(self, installation: Installation, person: Person, access_token: str) -> None:
        self.person = person
        self.access_token = access_token
        self._http = installation.http
        self._url = f"{installation.doors.api_url}/v1/operator"

    @classmethod
    async def hired(cls, programs: Programs, installation: Installation) -> Operator:
        """Make an operator out of a new person, on the command line, and log in."""
        person = await installation.person("operator")
        made = await create_operator(programs, installation, person.user_name)
        assert made.exit_status == os.EX_OK, made.output
        login = {"login": person.user_name, "password": PASSWORD}
        opened = await installation.http.post(f"{installation.doors.api_url}/v1/operator/sessions", json=login)
        assert opened.status_code == 201, opened.text
        return cls(installation, person, opened.json()["access_token"])

    async def asks(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **query: Any
    ) -> httpx.Response:
        """Ask under /v1/operator."""
        headers = {"authorization": f"Bearer {self.access_token}", **({"idempotency-key": key} if key else {})}
        return await self._http.request(
            method, f"{self._url}/{path}", json=body, params=query or None, headers=headers
        )

    async def does(self, method: str, path: str, body: Any = None, *, key: str | None = None, **query: Any) -> Any:
        """Ask what must be answered."""
        answer = await self.asks(method, path, body, key=key, **query)
        assert answer.is_success, answer.text
        return answer.json()

    async def acts_on(self, person: Person, verb: str) -> Any:
        """Block, unblock, disable or enable."""
        return await self.does("POST", f"accounts/{person.id}/{verb}", REASON)
