"""Settings from the environment: validated, unknown names refused, and in production what is weak.

A setting `name` is read from ``TALKTIME_NAME``, or from the file that ``TALKTIME_NAME_FILE`` names (for secrets).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec

from shared.production import EVERY, FOR_TESTS, USED, Program, faults, missing
from shared.settings import Settings

PREFIX = "TALKTIME_"
FILE_SUFFIX = "_FILE"
_CHANGING_ALL = frozenset({"mode", "private_network"})
"""What decides how other settings are looked at."""


class SettingsError(Exception):
    """The environment does not make valid settings; the message names the variable and what to do."""


def load_settings(environ: Mapping[str, str], program: Program | None = None) -> Settings:
    """Return the settings of an environment. Raises `SettingsError`.

    In production, what the program uses must be there and strong; without one, whatever is there must be strong.
    """
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    known = {field.name for field in msgspec.structs.fields(Settings)}
    values: dict[str, str] = {}
    for variable, value in given.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable != variable.upper():
            raise SettingsError(f"{variable} is not a setting: their names are in capitals")
        if name in known:
            text = value
        elif (name := name.removesuffix(FILE_SUFFIX.lower())) in known and variable.endswith(FILE_SUFFIX):
            if PREFIX + name.upper() in given:
                raise SettingsError(f"{variable} and {PREFIX}{name.upper()} are both set: keep one")
            text = _read(variable, Path(value))
        else:
            raise SettingsError(f"{variable} is not a setting; .env.example lists them all")
        values[name] = text
    settings = _validated({name: _split(name, text) for name, text in values.items()})
    if settings.mode == "production":
        if program is None:
            _refuse(faults(settings))
        else:
            _refuse([*missing(settings, program), *faults(settings, USED[program] | FOR_TESTS)])
    return settings


def with_changes(settings: Settings, **changes: object) -> Settings:
    """Return the settings with some values replaced, and these checked again. Raises `SettingsError`."""
    changed = _validated({**msgspec.structs.asdict(settings), **changes})
    if changed.mode == "production":
        _refuse(faults(changed, EVERY if changes.keys() & _CHANGING_ALL else changes.keys()))
    return changed


def must_be_set(settings: Settings, name: str) -> None:
    """Raise `SettingsError` where production would run on the default of a setting that it needs."""
    if settings.mode == "production" and getattr(settings, name) == getattr(Settings(), name):
        raise SettingsError(f"{PREFIX}{name.upper()} is not set: production has no default for it")


def _refuse(found: Iterable[str]) -> None:
    """Raise them all, a line each, where there are any."""
    if lines := [_with_variables(fault) for fault in found]:
        raise SettingsError("\n".join(lines))


def _validated(values: Mapping[str, object]) -> Settings:
    try:
        return msgspec.convert(dict(values), Settings, strict=False)
    except msgspec.ValidationError as error:
        said = re.sub(r"`\$\.(\w+)(\[[.\d]+\])?`", lambda m: f"{PREFIX}{m[1].upper()}{_choices(m[1])}", str(error))
        raise SettingsError(_with_variables(said)) from error


def _with_variables(said: str) -> str:
    return re.sub(r"`([a-z_]+)`", lambda m: _named(m[1]), said)


def _choices(name: str) -> str:
    """Return what the setting may be, where that is one of a few words."""
    kind = get_type_hints(Settings)[name]
    return f", which is one of: {', '.join(get_args(kind))}" if get_origin(kind) is Literal else ""


def _named(word: str) -> str:
    known = {field.name for field in msgspec.structs.fields(Settings)}
    return PREFIX + word.upper() if word in known else f"`{word}`"


def _split(name: str, text: str) -> object:
    """Lists are written with commas."""
    is_list = get_origin(get_type_hints(Settings)[name]) is tuple
    return [part.strip() for part in text.split(",") if part.strip()] if is_list else text


def _read(variable: str, path: Path) -> str:
    """Return the text; a file without any was emptied by mistake, or is being written."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable} names {path}, which cannot be read: {error}") from error
    if not text:
        raise SettingsError(f"{variable} names {path}, which is empty")
    return text
