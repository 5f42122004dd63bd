"""Why an operator acts: every act says so."""

from typing import Annotated

from msgspec import Meta, Struct

REASON_CHARS_MAX = 500
VISIBLE = r"[^\s\x1c-\x1f\x85\ufeff]"
r"""Anything but space, in Python as in the JavaScript of the OpenAPI document, which differ in what `\s` is."""

Reason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REASON_CHARS_MAX,
        pattern=VISIBLE,
        description="For the audit log; names nobody, since it stays when people leave",
    ),
]


class Reasoned(Struct, frozen=True, forbid_unknown_fields=True):
    """An act that needs nothing but its reason."""

    reason: Reason
