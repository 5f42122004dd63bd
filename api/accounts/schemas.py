"""What an account looks like from outside."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from api.fields import EmailAddress, NewPassword, Password
from shared.messages.base import UserName
from shared.models import CallsFrom, PresenceTo
from shared.money import AMOUNT_MINOR_MAX

ForfeitsMinor = Annotated[int, Meta(ge=0, le=AMOUNT_MINOR_MAX)]


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
    calls_from: CallsFrom
    do_not_disturb: bool
    presence_to: PresenceTo
    last_seen_shared: bool
    created_at: datetime


class ProfileChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays (RFC 7396). Another `email` needs the `current_password`.

    With `do_not_disturb` one takes no calls. `presence_to` says who may know whether one can be called; with
    `last_seen_shared` they also see when one was there last, which is forgotten as soon as it is shared no more.
    """

    user_name: UserName | UnsetType = UNSET
    email: EmailAddress | UnsetType = UNSET
    relay_only: bool | UnsetType = UNSET
    calls_from: CallsFrom | UnsetType = UNSET
    do_not_disturb: bool | UnsetType = UNSET
    presence_to: PresenceTo | UnsetType = UNSET
    last_seen_shared: bool | UnsetType = UNSET
    current_password: Password | UnsetType = UNSET


class PasswordChange(Struct, frozen=True, forbid_unknown_fields=True):
    """The password that there is, and the one that there shall be."""

    current_password: Password
    new_password: NewPassword


class Deletion(Struct, frozen=True, forbid_unknown_fields=True):
    """The word of the owner; where money is left, with the exact amount that is given up."""

    password: Password
    forfeits_minor: ForfeitsMinor = 0
