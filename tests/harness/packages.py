"""Programs from the system's packages, where nothing else gives them and we are root, as in a fresh container."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

SECONDS_MAX = 600
POLICY = Path("/usr/sbin/policy-rc.d")
LOCK = Path(tempfile.gettempdir()) / "talktime_test_packages.lock"


async def install_package(name: str) -> str | None:
    """Install a package without starting its service; return why that is not possible, or None."""
    apt = shutil.which("apt-get")
    if apt is None:
        return "this system has no apt-get"
    if os.geteuid() != 0:
        return f"installing packages needs root (apt-get install {name})"
    async with _alone():
        for step in (("update", "--quiet"), ("install", "--quiet", "--yes", "--no-install-recommends", name)):
            if (failure := await _run(apt, *step)) is not None:
                return failure
    return None


async def _run(program: str, *arguments: str) -> str | None:
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS_MAX)
    except TimeoutError:
        return f"apt-get {arguments[0]} took longer than {SECONDS_MAX} s"
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    return None if process.returncode == 0 else f"apt-get {arguments[0]}: {said.decode(errors='replace')[-500:]}"


@contextlib.asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    """Let workers that need packages at the same time install one after the other."""
    with LOCK.open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        with _no_services():
            yield


@contextlib.contextmanager
def _no_services() -> Iterator[None]:
    """Have Debian's packages install without starting anything: 101 is its word for "forbidden"."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
