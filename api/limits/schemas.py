"""One's own limits, as they are seen and changed."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from api.fields import Password
from shared.messages.base import TALK_MS_MAX
from shared.money import AmountMinor

CallMsMax = Annotated[int, Meta(ge=1, le=TALK_MS_MAX)]


class OwnLimits(Struct, frozen=True, kw_only=True):
    """What one wants to spend at most, in minor units of `currency`; null where there is no such limit.

    A call is over at `call_ms_max` at the latest. The day is the calendar's in `spend_day_time_zone`; a call counts
    for the day on which it is charged.
    """

    spend_call_minor_max: int | None
    spend_day_minor_max: int | None
    call_ms_max: int | None
    currency: str
    spend_day_time_zone: str


class LimitChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays (RFC 7396), null takes the limit away.

    To raise a limit, or to take one away, needs the `current_password`.
    """

    spend_call_minor_max: AmountMinor | UnsetType | None = UNSET
    spend_day_minor_max: AmountMinor | UnsetType | None = UNSET
    call_ms_max: CallMsMax | UnsetType | None = UNSET
    current_password: Password | UnsetType = UNSET
