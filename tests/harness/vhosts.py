"""Virtual hosts: a broker of one's own for each test, at the price of a name."""

import asyncio
import contextlib
import json
import shutil
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Sequence
from typing import Protocol

import httpx

from tests.harness.broker import BrokerAddress
from tests.harness.errors import UnavailableServiceError

SECONDS_MAX = 30
EVAL = """
lists:foreach(fun(N) -> catch rabbit_vhost:delete(N, <<"tests">>) end, {old}),
lists:foreach(fun(N) ->
  rabbit_vhost:add(N, <<"tests">>),
  rabbit_auth_backend_internal:set_permissions(<<"guest">>, N, <<".*">>, <<".*">>, <<".*">>, <<"tests">>)
end, {new}).
"""
"""One start of `rabbitmqctl` for many names: each start costs a third of a second."""


class VirtualHosts(Protocol):
    """Makes and deletes virtual hosts that `guest` may use."""

    async def change(self, *, create: Sequence[str] = (), delete: Sequence[str] = ()) -> None:
        """Delete, then create. Raises `UnavailableServiceError`."""

    async def names(self) -> list[str]:
        """Return all there are."""


def virtual_hosts(address: BrokerAddress) -> VirtualHosts:
    """Return the way that works for this broker."""
    return ThroughCommandLine() if address.management_url is None else ThroughManagement(address.management_url)


class ThroughManagement:
    """Through the management plugin's HTTP interface."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def change(self, *, create: Sequence[str] = (), delete: Sequence[str] = ()) -> None:
        """Delete, then create."""
        async with self._client() as client:
            for name in delete:
                await self._asked(client, "DELETE", f"vhosts/{name}")
            for name in create:
                await self._asked(client, "PUT", f"vhosts/{name}", {})
                everything = {"configure": ".*", "write": ".*", "read": ".*"}
                user = httpx.URL(self._url).username
                await self._asked(client, "PUT", f"permissions/{name}/{user}", everything)

    async def names(self) -> list[str]:
        """Return all there are."""
        async with self._client() as client:
            found: list[dict[str, str]] = (await self._asked(client, "GET", "vhosts")).json()
            return [vhost["name"] for vhost in found]

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self._url + "/api/", timeout=SECONDS_MAX, trust_env=False)

    async def _asked(
        self, client: httpx.AsyncClient, method: str, path: str, body: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            response = await client.request(method, path, json=body)
            if not (method == "DELETE" and response.status_code == httpx.codes.NOT_FOUND):
                response.raise_for_status()
        except httpx.HTTPError as error:
            raise UnavailableServiceError(f"RabbitMQ's management interface: {error!r}") from error
        return response


class ThroughCommandLine:
    """Through `rabbitmqctl`, which only root and the broker's own user may use."""

    async def change(self, *, create: Sequence[str] = (), delete: Sequence[str] = ()) -> None:
        """Delete, then create."""
        await self._run("eval", EVAL.format(old=_binaries(delete), new=_binaries(create)))

    async def names(self) -> list[str]:
        """Return all there are."""
        listed = await self._run("list_vhosts", "name", "--formatter", "json")
        found: list[dict[str, str]] = json.loads(listed[listed.index("[") :])
        return [vhost["name"] for vhost in found]

    async def _run(self, *arguments: str) -> str:
        program = shutil.which("rabbitmqctl")
        if program is None:
            raise UnavailableServiceError("there is no rabbitmqctl")
        process = await asyncio.create_subprocess_exec(
            program, "--quiet", *arguments, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(), SECONDS_MAX)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        text = said.decode(errors="replace").strip()
        if process.returncode != 0:
            raise UnavailableServiceError(f"rabbitmqctl {arguments[0]}: {text}")
        return text


def _binaries(names: Sequence[str]) -> str:
    """Return names as an Erlang list; they are ours, of letters, digits and underscores."""
    return "[" + ", ".join(f'<<"{name}">>' for name in names) + "]"
