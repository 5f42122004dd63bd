"""Finds keys that an object repeats: JSON leaves open which one counts (RFC 8259, section 4), so none may."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


class RepeatedKeyError(ValueError):
    """An object has the same key twice."""


def refuse_repeated_keys(text: str, names: Iterable[str] | None = None) -> None:
    """Look through valid JSON. Raises `RepeatedKeyError`.

    Where the keys can only be some of `names`, which need no escape, most texts are passed at a glance.
    """
    if names is not None and "\\u" not in text and all(text.count(f'"{name}"') < 2 for name in names):
        return
    _decoder.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise RepeatedKeyError("JSON is malformed: a key is repeated")


_decoder = json.JSONDecoder(object_pairs_hook=_object)
