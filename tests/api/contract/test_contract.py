"""E2: schemathesis cannot contradict the OpenAPI document.

`TEST_CONTRACT_EXAMPLES=200` lets it try longer than every run of the tests can wait for.
"""

import asyncio
import os
import sys
from pathlib import Path

from shared.money import AMOUNT_MINOR_MAX
from talktime.programs import http_config
from talktime.serving import address_of, listen, serving
from tests.api.cast import Part, Person, enter
from tests.api.world import PASSWORD, running_api
from tests.harness.clock import ManualClock
from tests.harness.databases import Database
from tests.harness.sql import execute

EXAMPLES = os.environ.get("TEST_CONTRACT_EXAMPLES", "5")
"""So many made-up requests an operation, beside those that cover each rule of its schema."""
HERE = Path(__file__).parent
UNLIMITED = "100000/1"
SETTINGS = {
    "login_limit": UNLIMITED,
    "login_limit_account": UNLIMITED,
    "login_limit_address": UNLIMITED,
    "proof_limit": UNLIMITED,
    "registration_limit_address": UNLIMITED,
    "payment_limit": UNLIMITED,
    "search_limit": UNLIMITED,
    "payment_minor_max": AMOUNT_MINOR_MAX,
    "turn_urls": ("turn:turn.example",),
    "turn_secrets": ("x" * 20,),
}


async def test_nothing_contradicts_the_document(database: Database, clock: ManualClock, tmp_path: Path) -> None:
    """E2: as a customer and as an operator; who is logged out meanwhile logs in again."""
    listener = listen("127.0.0.1", 0)
    async with running_api(database.app_url, clock, **SETTINGS) as api:
        people = await enter(api, [Part("ann"), Part("olga", is_operator=True)])
        await _keep_in(database, people["ann"])
        served = http_config(api.app, api.settings)
        served.lifespan = "off"  # it is alive already
        async with serving(served, listener):
            code, said = await _schemathesis(address_of(listener), people, tmp_path)
    assert code == 0, said


async def _schemathesis(url: str, people: dict[str, Person], folder: Path) -> tuple[int | None, str]:
    names = {f"TEST_{name.upper()}": person.user_name + "@example.com" for name, person in people.items()}
    program = await asyncio.create_subprocess_exec(
        *(Path(sys.executable).with_name("schemathesis"), "--config-file", HERE / "schemathesis.toml"),
        *("run", f"{url}/openapi.json", "--max-examples", EXAMPLES),
        cwd=folder,
        env={
            **os.environ, **names, "TEST_PASSWORD": PASSWORD, "SCHEMATHESIS_HOOKS": "tests.api.contract.hooks",
            "PYTHONPATH": str(HERE.parents[2]),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await program.communicate()
    return program.returncode, said.decode()


async def _keep_in(database: Database, customer: Person) -> None:
    """Let no operator disable the customer, whose id is among what schemathesis finds in answers and tries."""
    await execute(
        database.owner_url,
        f"""
        CREATE FUNCTION keep_in() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN NEW.disabled_at := NULL; RETURN NEW; END';
        CREATE TRIGGER keep_in BEFORE UPDATE ON accounts
        FOR EACH ROW WHEN (OLD.id = '{customer.id}') EXECUTE FUNCTION keep_in();
        """,
    )
