"""What a device needs to connect the media of a call."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

TransportPolicy = Literal["all", "relay"]


class IceServer(Struct, frozen=True, kw_only=True):
    """One `RTCIceServer` of WebRTC, to be handed over as it is. A STUN server has no credential."""

    urls: list[str]
    username: str | UnsetType = UNSET
    credential: str | UnsetType = UNSET


class IceServers(Struct, frozen=True, kw_only=True):
    """What goes into `RTCPeerConnection`, or into its `setConfiguration` while the call goes on."""

    ice_servers: list[IceServer]
    ice_transport_policy: Annotated[
        TransportPolicy, Meta(description="`relay` where one's own addresses are not to be told to the other side")
    ]
    expires_at: Annotated[
        datetime | None,
        Meta(description="Ask again before: with these credentials nothing is relayed anew afterwards"),
    ]
