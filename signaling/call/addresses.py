"""What a party says of its media, without the addresses that it can be reached at (RFC 8839, RFC 8866).

For those who are `relay_only`: the browser offers relayed candidates only, and whatever else the page or another
client sends of addresses ends here. What is left connects by the relayed candidates alone.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from msgspec.structs import replace

from shared.messages.from_client import Answer, Candidate, IceCandidate, MediaDescription, Offer

NOWHERE = "IN IP4 0.0.0.0"
"""Where nobody can be reached; with port 9 it means "see the candidates" (RFC 8839, section 4.3.1)."""
DISCARD_PORT = "9"

_LINE_END = re.compile(r"\r\n|\r|\n")
_CANDIDATE = re.compile(r"(?P<before>(a=)?candidate:)(?P<rest>[!-~]+( [!-~]+)*)")
_PLACE = 6
"""Words before ``typ``: foundation, component, transport, priority, address, port."""
_HARMLESS = frozenset({"generation", "ufrag", "network-id", "network-cost", "tcptype"})
"""Extensions of a candidate that say nothing of addresses; of each only what follows is kept."""
_MEDIA = re.compile(r"m=(?P<kind>\S+) (?P<port>[0-9]+)(?P<rest>(/[0-9]+)? .*)")
_ORIGIN = re.compile(r"o=\S+ (?P<id>[0-9]+) (?P<version>[0-9]+) .*")
_IP4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_BETWEEN_IP6 = re.compile(r"[^0-9A-Fa-f:.]+")


def without_addresses(said: MediaDescription) -> MediaDescription | None:
    """Return what may be passed on of this message; None where that is nothing."""
    match said:
        case Offer() | Answer():
            return replace(said, sdp=sdp_without_addresses(said.sdp))
        case Candidate(candidate=IceCandidate(candidate=text) as candidate) if text:
            relayed = relayed_candidate(text)
            return None if relayed is None else replace(said, candidate=replace(candidate, candidate=relayed))
        case Candidate():
            return said


def relayed_candidate(text: str) -> str | None:
    """Return a relayed candidate without its related address; None for any other and for what is none.

    The related address is where the relay sees the party. RFC 8839, section 5.1, has it replaced rather than left
    out, since it must be there.
    """
    found = _CANDIDATE.fullmatch(text.strip())
    words = found["rest"].split(" ") if found else []
    if found is None or words[_PLACE : _PLACE + 2] != ["typ", "relay"]:
        return None
    extensions = words[_PLACE + 2 :]
    kept = [
        f"{name} {value}"
        for name, value in zip(extensions[::2], extensions[1::2], strict=False)
        if name in _HARMLESS and not _tells_an_address(value)
    ]
    nowhere = ["raddr 0.0.0.0", f"rport {DISCARD_PORT}"]
    return found["before"] + " ".join([*words[: _PLACE + 2], *nowhere, *kept])


def sdp_without_addresses(sdp: str) -> str:
    """Return the description with relayed candidates only, and no other line that names an address."""
    lines = (kept for line in _LINE_END.split(sdp) if (kept := _line(line)) is not None)
    return "".join(f"{line}\r\n" for line in lines)


def _line(line: str) -> str | None:
    """Return what becomes of one line; None where nothing does."""
    kind, name = line[:2], line.partition(":")[0]
    match kind, name:
        case "a=", "a=candidate":
            return relayed_candidate(line)
        case "a=", "a=rtcp":
            return f"a=rtcp:{DISCARD_PORT} {NOWHERE}"
        case "a=", "a=remote-candidates":
            return None
        case "c=", _:
            return f"c={NOWHERE}"
        case "m=", _ if found := _MEDIA.fullmatch(line):
            # Port 0 means that there is no such media.
            port = DISCARD_PORT if int(found["port"]) else "0"
            return _unless_it_tells(f"m={found['kind']} {port}{found['rest']}")
        case "o=", _:
            found = _ORIGIN.fullmatch(line)
            return f"o=- {found['id']} {found['version']} {NOWHERE}" if found else f"o=- 0 0 {NOWHERE}"
        case "s=", _:
            return "s=-"
        case "v=" | "t=" | "b=" | "a=", _:
            return _unless_it_tells(line)
        case _:
            # Names, mail addresses, telephone numbers, pages, and what RFC 8866 does not know.
            return None


def _unless_it_tells(line: str) -> str | None:
    return None if _tells_an_address(line) else line


def _tells_an_address(text: str) -> bool:
    """Whether the text holds an IP address, or a name that stands for one (``.local``, RFC 8828)."""
    if _IP4.search(text) or ".local" in text.lower():
        return True
    return any(_is_ip6(part) or _is_ip6(part.removeprefix(":")) for part in _BETWEEN_IP6.split(text))


def _is_ip6(text: str) -> bool:
    """Whether it is one; a part may begin with the colon that ends an attribute's name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
