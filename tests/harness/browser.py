"""A real Chromium: the one the environment names, else this machine's, else Playwright's, else its package's."""

import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.harness.errors import UnavailableServiceError
from tests.harness.packages import install_package

PROGRAM_VARIABLE = "TEST_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "chromium"
OTHER_HOST = "talktime.test"
"""A name of this machine that browsers do not trust with a camera, unlike 127.0.0.1."""
ARGUMENTS = (
    "--allow-loopback-in-peer-connection",
    # Whoever has no camera would otherwise be found by a multicast name only, which needs a network.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    f"--host-resolver-rules=MAP {OTHER_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--no-first-run", "--disable-gpu", "--disable-quic"),
)


@contextlib.asynccontextmanager
async def running_browser(program: Path, *, cameras: int = 3, trusting: bool = True) -> AsyncIterator[Browser]:
    """Run a browser with so many fake cameras, and fake microphones, that reaches no host but this machine.

    A trusting one lets pages have them, and the screen; another one only where the context's permissions say so.
    """
    # Of three, the second one measures depth, of which pages see nothing. Few pictures a second spare the machine.
    devices = [f"--use-fake-device-for-media-stream=device-count={cameras},fps=10"]
    if trusting:
        devices.append("--use-fake-ui-for-media-stream")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=[*ARGUMENTS, *devices],
            # Root's Chromium does not start in its sandbox.
            chromium_sandbox=os.geteuid() != 0,
        )
        async with browser:
            yield browser


async def browser_program(environ: Mapping[str, str]) -> Path:
    """Return where Chromium is, having installed its package if need be. Raises `UnavailableServiceError`."""
    if PROGRAM_VARIABLE in environ:
        if (named := shutil.which(environ[PROGRAM_VARIABLE], path=environ.get("PATH"))) is None:
            raise UnavailableServiceError(f"{PROGRAM_VARIABLE} names {environ[PROGRAM_VARIABLE]}: no such program")
        return Path(named)
    if (found := _on_the_path(environ) or await _playwrights_own()) is not None:
        return found
    refusal = await install_package(PACKAGE)
    if (found := _on_the_path(environ)) is not None:
        return found
    raise UnavailableServiceError(
        f"These tests need Chromium. {PROGRAM_VARIABLE} is not set; none of {', '.join(NAMES)} is on the PATH; "
        f"Playwright has none of its own (`playwright install chromium`); and to install it: {refusal}. Install "
        f"chromium, or set {PROGRAM_VARIABLE}."
    )


def _on_the_path(environ: Mapping[str, str]) -> Path | None:
    path = environ.get("PATH", os.defpath)
    found = next((program for name in NAMES if (program := shutil.which(name, path=path))), None)
    return Path(found) if found else None


async def _playwrights_own() -> Path | None:
    async with async_playwright() as playwright:
        found = shutil.which(playwright.chromium.executable_path)
    return Path(found) if found else None
