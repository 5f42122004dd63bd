"""Makes `.env.example` from the settings: ``python -m talktime.env_example > .env.example``."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Meta

from shared.settings import Settings
from shared.settings_loading import FILE_SUFFIX, PREFIX

HEAD = f"""\
# Every setting of Talktime with its default. Take the mark off a line to change it.
# A secret may also come from a file: {PREFIX}NAME{FILE_SUFFIX}=/path/of/the/file
"""


def render() -> str:
    """Return the text of `.env.example`: each setting's meaning and default, in the order of their definition."""
    hints = get_type_hints(Settings, include_extras=True)
    fields = msgspec.structs.fields(Settings)
    return "\n".join([HEAD, *(_paragraph(field.name, hints[field.name], field.default) for field in fields)])


def _paragraph(name: str, hint: Any, default: object) -> str:
    return f"# {_meaning(hint)}\n# {PREFIX}{name.upper()}={_written(default)}\n"


def _meaning(hint: Any) -> str:
    """Return the description, which is the last thing that the setting's type is annotated with."""
    described = [meta.description for meta in get_args(hint) if isinstance(meta, Meta) and meta.description]
    return str(described[-1])


def _written(default: object) -> str:
    return ",".join(default) if isinstance(default, tuple) else str(default)


if __name__ == "__main__":
    print(render(), end="")
