"""A person as everybody may see them."""

from uuid import UUID

from msgspec import Struct

from shared.messages.base import PresenceState


class Person(Struct, frozen=True):
    """Whom one can call; never with an e-mail address.

    `asking_price_minor` is what a minute costs who calls them, in minor units of `currency`; null where that is the
    caller's own price. `presence` says whether they can be called now, as far as who asks may know.
    """

    id: UUID
    user_name: str
    asking_price_minor: int | None
    currency: str
    presence: PresenceState
