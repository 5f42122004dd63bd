"""Whose address it is: what limits count by."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

IPV6_PREFIX = 64
"""The smallest network a site gets (RFC 6177): whoever has one has all its addresses."""
UNKNOWN = "unknown"


def counted_as(address: str | None) -> str:
    """Return what stands for everybody who can send from this address: an IPv4 address, or an IPv6 network."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found, IPV6_PREFIX), strict=False))
    return str(found)
