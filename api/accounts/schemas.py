"""What an account looks like from outside."""

from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from api.fields import EmailAddress, NewPassword
from shared.messages.base import UserName


class NewAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to register."""

    email: EmailAddress
    user_name: UserName
    password: NewPassword


class OwnAccount(Struct, frozen=True):
    """An account as its owner sees it."""

    id: UUID
    user_name: str
    email: str
    is_operator: bool
    relay_only: bool
    created_at: datetime


class ProfileChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays (RFC 7396)."""

    relay_only: bool | UnsetType = UNSET
