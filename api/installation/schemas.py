"""What an installation looks like from outside."""

from typing import Annotated

from msgspec import Meta, Struct


class Installation(Struct, frozen=True, kw_only=True):
    """What is the same for everybody."""

    version: str
    currency: Annotated[str, Meta(description="ISO 4217")]
    currency_exponent: Annotated[int, Meta(description="Decimal places between minor and major units")]
    minute_ms: Annotated[int, Meta(description="Length of a charged minute")]
    payment_provider: Annotated[str, Meta(description="Who takes payments; `none` where nobody does")]
    payment_minor_max: Annotated[int, Meta(description="Largest single payment, in minor units")]
    relay_available: Annotated[bool, Meta(description="Whether anything relays media for who asks for it")]
    relay_only: Annotated[bool, Meta(description="Whether all media is relayed, whatever accounts ask for")]
    signaling_url: Annotated[str, Meta(description="Where the WebSocket protocol is spoken")]
