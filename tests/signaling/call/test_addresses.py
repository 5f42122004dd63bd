"""What is left of descriptions and candidates once nobody may learn an address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messages.from_client import Answer, Candidate, IceCandidate, Offer
from signaling.call.addresses import relayed_candidate, sdp_without_addresses, without_addresses

CALL_ID = UUID(int=1)
RELAY = "203.0.113.9"
HOME, INSIDE, HOME6 = "198.51.100.77", "192.168.1.23", "2001:db8:77::23"
FINGERPRINT = ":".join(f"{n:02X}" for n in range(32))

# As Chromium 140 writes it once candidates are gathered.
OFFER = "\r\n".join(
    [
        "v=0",
        f"o=- 4611731400430051336 2 IN IP4 {INSIDE}",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS 5ba3bb2f-3b4c-4f7b-8f0e-0b1d5c1a7f10",
        "m=audio 56143 UDP/TLS/RTP/SAVPF 111 63",
        f"c=IN IP4 {HOME}",
        f"a=rtcp:9 IN IP4 {HOME}",
        f"a=candidate:2999745851 1 udp 2122260223 {INSIDE} 56143 typ host generation 0 network-cost 10",
        f"a=candidate:1510613869 1 udp 2122194687 {HOME6} 56144 typ host generation 0 network-id 2",
        "a=candidate:1 1 udp 2122063615 0d1f3c3e-2f45-4d8c-a3a6-0a9f3d2b1c11.local 57 typ host generation 0",
        f"a=candidate:842163049 1 udp 1686052607 {HOME} 56143 typ srflx raddr {INSIDE} rport 56143 generation 0",
        f"a=candidate:4 1 udp 41885695 {RELAY} 61001 typ relay raddr {HOME} rport 56143 generation 0 network-id 1",
        f"a=candidate:5 1 tcp 1518280447 {INSIDE} 9 typ host tcptype active generation 0",
        "a=ice-ufrag:4ZcD",
        "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlik",
        "a=ice-options:trickle",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=setup:actpass",
        "a=mid:0",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=ssrc:1399694169 cname:iPtSfDsk2Jx8aBvk",
        "m=video 0 UDP/TLS/RTP/SAVPF 96 97",
        f"c=IN IP6 {HOME6}",
        "a=bundle-only",
        "a=mid:1",
        "a=rtpmap:96 VP8/90000",
        "",
    ]
)


def test_a_description_keeps_what_media_needs_and_no_address() -> None:
    """The other side learns the relay, codecs and keys, and nothing of where this side is."""
    lines = sdp_without_addresses(OFFER).split("\r\n")
    assert [line for line in lines if line.startswith("a=candidate")] == [
        f"a=candidate:4 1 udp 41885695 {RELAY} 61001 typ relay raddr 0.0.0.0 rport 9 generation 0 network-id 1"
    ]
    text = "\n".join(lines)
    for address in (HOME, INSIDE, HOME6, ".local", "56143"):
        assert address not in text
    changed = ("o=", "c=", "m=", "a=candidate", "a=rtcp:")
    assert [line for line in lines if not line.startswith(changed)] == [
        line for line in OFFER.split("\r\n") if not line.startswith(changed)
    ]
    assert [line for line in lines if line.startswith(("o=", "c=", "m=", "a=rtcp:"))] == [
        "o=- 4611731400430051336 2 IN IP4 0.0.0.0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "m=video 0 UDP/TLS/RTP/SAVPF 96 97",
        "c=IN IP4 0.0.0.0",
    ]


def test_what_has_no_address_any_more_is_left_as_it_is() -> None:
    """Both sides keep the same description of it, also when it is offered again."""
    once = sdp_without_addresses(OFFER)
    assert sdp_without_addresses(once) == once


@pytest.mark.parametrize(
    "line",
    [
        f"i={HOME}",
        f"u=http://{HOME}/",
        f"e=me@[{HOME6}]",
        "p=+44 20 7946 0000",
        f"a=remote-candidates:1 {HOME} 9",
        f"a=x-mine:{HOME}",
        f"a=x-mine:{HOME6}",
        f"a=x-mine:[{HOME6}%eth0]:9",
        f"a={HOME6}",
        f"a=x-mine:{HOME}.",
        "a=x-mine:here.LOCAL",
        f"k=clear:{HOME}",
        f"{HOME}",
        f"z=0 {HOME}",
        f" a=candidate:1 1 udp 1 {HOME} 9 typ host",
        f"A=candidate:1 1 udp 1 {HOME} 9 typ host",
        f"a=candidate:1 1 udp 1 {HOME} 9 TYP RELAY",
        f"a=candidate:1 1 udp 1 {HOME} 9",
        f"a=candidate:1 1 udp 1 {RELAY} 9 typ host typ relay",
        "a=candidate:",
    ],
)
def test_other_lines_that_could_tell_are_left_out(line: str) -> None:
    """However it is written, whoever else may read it more generously."""
    assert sdp_without_addresses(f"v=0\r\n{line}\r\na=mid:0\r\n") == "v=0\r\na=mid:0\r\n"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_may_end_in_any_way(end: str) -> None:
    said = f"v=0{end}a=mid:0{end}a=candidate:1 1 udp 1 {HOME} 9 typ host{end}"
    assert sdp_without_addresses(said) == "v=0\r\na=mid:0\r\n"


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        (f"candidate:1 1 udp 1 {INSIDE} 9 typ host generation 0", None),
        (f"candidate:1 1 udp 1 {HOME} 9 typ srflx raddr {INSIDE} rport 9", None),
        (f"candidate:1 1 udp 1 {HOME} 9 typ prflx raddr {INSIDE} rport 9", None),
        ("candidate:1", None),
        ("nonsense", None),
        (
            f"candidate:4 1 udp 5 {RELAY} 61001 typ relay raddr {HOME} rport 56143 generation 0 ufrag 4ZcD",
            f"candidate:4 1 udp 5 {RELAY} 61001 typ relay raddr 0.0.0.0 rport 9 generation 0 ufrag 4ZcD",
        ),
        (
            f"a=candidate:4 1 udp 5 {RELAY} 61001 typ relay x-mine {HOME} ufrag {HOME}",
            f"a=candidate:4 1 udp 5 {RELAY} 61001 typ relay raddr 0.0.0.0 rport 9",
        ),
    ],
)
def test_only_relayed_candidates_are_passed_on(said: str, passed: str | None) -> None:
    """And of these no related address, which is the party's own."""
    assert relayed_candidate(said) == passed


def test_each_message_is_treated_as_what_it_is() -> None:
    """The end of candidates, in both of its forms (RFC 8838, section 8.2), is no address."""
    for kind in (Offer, Answer):
        assert without_addresses(kind(call_id=CALL_ID, sdp=OFFER)) == kind(
            call_id=CALL_ID, sdp=sdp_without_addresses(OFFER)
        )
    for candidate in (None, IceCandidate("", sdpMid="0")):
        end = Candidate(call_id=CALL_ID, candidate=candidate)
        assert without_addresses(end) == end
    assert without_addresses(Candidate(call_id=CALL_ID, candidate=IceCandidate(f"c 1 udp 1 {HOME}"))) is None
    relayed = IceCandidate(f"candidate:4 1 udp 5 {RELAY} 1 typ relay raddr {HOME} rport 1", "0", 0, "4ZcD")
    passed = without_addresses(Candidate(call_id=CALL_ID, candidate=relayed))
    assert isinstance(passed, Candidate)
    assert passed.candidate == IceCandidate(
        f"candidate:4 1 udp 5 {RELAY} 1 typ relay raddr 0.0.0.0 rport 9", "0", 0, "4ZcD"
    )


def _distinct(address: IPv4Address | IPv6Address) -> bool:
    """One that is not written in the description for another reason, such as ``::`` and ``0.0.0.0``."""
    return len(str(address)) > len("0.0.0.0") and str(address) != RELAY  # noqa: S104 - nothing listens


addresses = (st.ip_addresses(v=4) | st.ip_addresses(v=6)).filter(_distinct).map(str)
words = st.sampled_from(
    ["host", "srflx", "prflx", "relay", "typ", "raddr", "rport", "9", "generation", "x", ":", "a="]
)
templates = st.sampled_from(
    [
        "a=candidate:1 1 udp 2122260223 {} 9 typ host",
        "a=candidate:1 1 udp 2122260223 {} 9 typ srflx raddr {} rport 9",
        f"a=candidate:1 1 udp 41885695 {RELAY} 9 typ relay raddr {{}} rport 9 generation 0",
        f"a=candidate:1 1 udp 41885695 {RELAY} 9 typ relay x {{}}",
        "c=IN IP4 {}",
        "c=IN IP6 {}/127",
        "o=- 1 1 IN IP4 {}",
        "o={} 1 1 IN IP6 ::",
        "a=rtcp:9 IN IP4 {}",
        "a=remote-candidates:1 {} 9",
        "a=x:{}",
        "a=x;{};y",
        "s={}",
        "m=audio 9 {} 0",
        "{}",
    ]
)


@given(st.lists(st.tuples(templates, addresses), max_size=12), st.sampled_from(["\r\n", "\n"]))
def test_no_address_survives(said: list[tuple[str, str]], end: str) -> None:
    """Whatever lines an address stands in, and however many."""
    passed = sdp_without_addresses(end.join(line.replace("{}", address) for line, address in said))
    assert not [address for _, address in said if address in passed]


@given(st.lists(words | addresses, max_size=16), addresses)
def test_no_address_of_a_candidate_survives_however_it_is_put_together(extra: list[str], home: str) -> None:
    candidate = " ".join(["candidate:1 1 udp 1", RELAY, "9 typ relay raddr", home, "rport 9", *extra])
    passed = relayed_candidate(candidate)
    assert passed is None or not [each for each in (home, *extra) if _is_address(each) and each in passed]


def _is_address(text: str) -> bool:
    return "." in text or text.count(":") > 1
