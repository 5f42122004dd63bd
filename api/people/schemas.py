"""A person as everybody may see them."""

from uuid import UUID

from msgspec import Struct


class Person(Struct, frozen=True):
    """Whom one can call; never with an e-mail address."""

    id: UUID
    user_name: str
