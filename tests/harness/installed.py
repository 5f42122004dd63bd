"""Programs that tests run: the one the environment names, else this machine's, else its package's."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.harness.errors import UnavailableServiceError
from tests.harness.packages import install_package


async def installed_program(environ: Mapping[str, str], name: str, *, package: str, variable: str) -> Path:
    """Return where the program is, having installed its package if need be. Raises `UnavailableServiceError`."""
    if variable in environ:
        if (named := _found(environ, environ[variable])) is None:
            raise UnavailableServiceError(f"{variable} names {environ[variable]}: no such program")
        return named
    if (found := _found(environ, name)) is not None:
        return found
    refusal = await install_package(package)
    if (found := _found(environ, name)) is not None:
        return found
    raise UnavailableServiceError(
        f"These tests need {package}. {variable} is not set; there is no {name} on the PATH; and to install it: "
        f"{refusal}. Install {package}, or set {variable}."
    )


def _found(environ: Mapping[str, str], name: str) -> Path | None:
    found = shutil.which(name, path=environ.get("PATH", os.defpath))
    return Path(found) if found else None
