"""The page as the API serves it: built as `make web` builds it, once for a session of tests."""

import asyncio
import os
import shutil
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping
from pathlib import Path

from talktime.child import end_child, start_child
from tests.harness.errors import UnavailableServiceError

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 600
TAIL_CHARACTERS = 3_000


async def build_page(environ: Mapping[str, str]) -> None:
    """Return once it is built; where nothing changed that is at once. Raises `UnavailableServiceError`."""
    make = shutil.which("make", path=environ.get("PATH", os.defpath))
    if make is None:
        raise UnavailableServiceError("The page is not built: there is no make on the PATH for `make web`.")
    process = await start_child([make, "web"], env=environ, cwd=ROOT, stdout=PIPE, stderr=STDOUT)
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS_MAX)
    except TimeoutError:
        raise UnavailableServiceError(f"The page is not built: `make web` took over {SECONDS_MAX} s.") from None
    finally:
        await end_child(process)
    if process.returncode != 0:
        tail = said.decode(errors="replace")[-TAIL_CHARACTERS:]
        raise UnavailableServiceError(f"The page is not built: `make web` said\n{tail}")
