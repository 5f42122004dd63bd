"""Where a device belongs that is about to be let in."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from shared.messages.to_client import CallSnapshot


class Place(Struct, frozen=True, kw_only=True):
    """What is known of a device before it is let in."""

    device_id: UUID | None = None
    """The one that it keeps, or shall get; None where it does not matter."""
    attached: bool = False
    """It has a part in a call of another node, which counts it as connected here."""
    call: CallSnapshot | None = None
    """How that call stands."""


NOWHERE = Place()
