"""Why an operator acts: every act says so."""

from typing import Annotated

from msgspec import Meta, Struct

REASON_CHARS_MAX = 500

Reason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=REASON_CHARS_MAX,
        pattern=r"\S",
        description="For the audit log; names nobody, since it stays when people leave",
    ),
]


class Reasoned(Struct, frozen=True, forbid_unknown_fields=True):
    """An act that needs nothing but its reason."""

    reason: Reason
