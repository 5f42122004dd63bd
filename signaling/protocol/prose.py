"""The parts of the page that no struct can say."""

from shared.messages.from_client import CANDIDATE_CHARS_MAX, SDP_CHARS_MAX
from signaling.call.steps import CANDIDATES_MAX, DESCRIPTIONS_MAX
from signaling.devices.registry import DEVICES_PER_ACCOUNT_MAX
from signaling.door.endpoint import MALFORMED_MAX
from signaling.live.switchboard import CALLS_PER_ACCOUNT_MAX
from signaling.sockets.socket import SEND_MS_MAX

HEAD = """\
# The WebSocket protocol

*Made from the messages by `python -m signaling.protocol`; a test fails when it is stale.*

Devices talk to signaling at `/ws`. Each frame is one JSON object of text, whose `type` names the message; fields
that are not listed here are refused. Amounts of money are integers of minor units, durations milliseconds, and a
minute is `minute_ms` long.

## Connecting

1. Open the socket. A page's `Origin` must be that of the product (`public_url`) or one of `allowed_origins`; any
   other is answered 403 before the handshake, and no setting switches that off. A program that is no page sends no
   `Origin` and is let through. There is nothing to put into the address: a token there would end up in logs.
2. Send [`hello`](#hello) with an access token; nothing else is read before it.
3. Wait for [`welcome`](#welcome). If the socket is closed instead, the [close code](#close-codes) says what to do.
4. Before the access token expires, send a newer one of the same login with [`authenticate`](#authenticate): a
   socket whose token has expired is closed with 4401. It may resume like any that broke.
5. Answer each [`ping`](#ping) with [`pong`](#pong). Any other message proves life as well.

A message that does nothing is answered with [`error`](#error), which carries the message's `ref` back; the socket
stays open.

## Losing the socket and coming back

Each message to you has a number, `seq`, from 1; `welcome` and `ping` have none. Keep the number of the last one
that came, and say it in `pong` (`received`), so that the server need not keep what you have. Give your own
messages numbers too, from 1, but for `hello` and `pong`.

Keep the `resume_token` of `welcome`. When the socket breaks, connect again and say `hello` with it and with
`received`, within `resume_ms`: you are the same device again.

* Where `welcome` says `resumed`, `call` is null and everything that you have missed follows, in its order, once;
  then it goes on. Send again what you have said after its `received`; what is said twice is done once.
* Else nothing comes again. `call` is the call that you take part in, as it stands, or null: then there is none
  any more. Numbers begin again with 1, both ways. That happens where you are at another server, have missed more
  than is kept, or say no `received`. Compare the call with what you have, and say again what it lacks:
  `call.accept` while it rings, `call.connected` where your media flows and the call is `connecting`, an offer
  where descriptions or candidates may be lost. Media that flows goes on meanwhile.

A second socket that shows the token takes the place of the first. [`call.snapshot`](#callsnapshot) says the same
as `welcome.call` at any other moment at which something may not have reached you.

The new `welcome` has the next token. Until that one is used, the one before it is good too, and leads to the same
next one: where a socket breaks before its `welcome` arrives, say `hello` with the newest token that you know. The
first use of the next one makes the one before it worthless. Where it is too late, or the token is worthless or
another account's, you are a new device and `call` is null; the device that it belonged to does not notice.

While you are lost in a call, the other side hears [`call.peer_lost`](#callpeer_lost), then
[`call.peer_resumed`](#callpeer_resumed) or the end, for the reason `lost`. Then talk time ends with your last sign
of life.

## Going on at another server

In a call you are given a [`call.ticket`](#callticket) now and then. Keep the newest, as it is, and show it in
`hello` besides the resume token: at another server, or after yours has died, it is what you go on with as the
same device, with the call's talk time and what is paid of it. It is good for your account only, and for as long
as the longest call; one that is worthless is ignored, and you are a new device. Who owned the call is asked first
and keeps it where it can answer, so that showing a ticket changes nothing that was talked. What was talked after
the last proof of it and before another server took the call over costs nothing.

[`server.moving`](#servermoving) says that the server is about to stop: connect again after `delay_ms`, preferably
elsewhere, and only then close the old socket. Until then all is as before, but for new invites, which are
answered with the error `draining`. `welcome` may be refused with 4503 while nobody can say where your call is:
try again.

## A call

```mermaid
sequenceDiagram
    participant A as Ann (caller)
    participant S as signaling
    participant B as Ben (every device)
    A->>S: call.invite
    S->>A: call.authorizing
    Note over S: billing holds the first minute
    S->>A: call.ringing
    S->>B: call.incoming
    B->>S: call.accept
    S->>A: call.accepted
    S->>B: call.accepted
    Note over B: his other devices hear call.answered_elsewhere
    A->>S: call.offer
    S->>B: call.offer
    B->>S: call.answer
    S->>A: call.answer
    Note over A,B: call.candidate both ways
    A->>S: call.connected
    B->>S: call.connected
    S->>A: call.active
    S->>B: call.active
    Note over S: talk time runs, each next minute is paid ahead
    S->>A: call.lease
    S->>B: call.lease
    B->>S: call.hang_up
    S->>A: call.ended
    S->>B: call.ended
    S->>A: call.charged
```

Instead of `call.ringing` the caller may hear [`call.refused`](#callrefused), with a reason, or at any moment
[`call.ended`](#callended); each of these comes once and is the last word about the call, but for its charge. Of a
callee who is `unreachable` it is not said why, and always as long after the invite: no device is connected, calls
from this caller are not wanted, or there is no such account.

When two people call each other at the same time there is one call: the second one's invite accepts the first, and
its device hears `call.incoming` and `call.accepted` with the first one's `call_id`. Where the first one cannot pay,
the second one's invite is a call of its own.

## Presence

Name up to two hundred people in [`presence.watch`](#presencewatch): [`presence`](#presence) says of all of them
whether they can be called now, in the order in which they were named, each once. From then on it comes by itself
with those who have changed. The next `presence.watch` replaces all of them; with an empty list it ends. Of several
that come faster than they can be answered, or than ten at once and one a second after that, only the last one is
answered, a second later at most. A watch ends with its device: one that is back on
the same device is told of everybody anew, a new device asks again. Who may know what of whom, and how old it may
be, is said in [presence.md](presence.md).
"""

STATES = """\
## States

```mermaid
stateDiagram-v2
    [*] --> authorizing: call.invite
    authorizing --> ringing: a minute is held
    authorizing --> ended: refused, no answer
    ringing --> connecting: first call.accept
    ringing --> ended: call.cancel, call.decline, nobody answers
    connecting --> active: call.connected from both
    connecting --> ended: call.hang_up, call.connect_failed, too late
    active --> reconnecting: a device is lost
    reconnecting --> active: it is back
    active --> ended: call.hang_up, no money, longest call
    reconnecting --> ended: it does not come back
```

| state | meaning |
|---|---|
"""

STEPS = """\

| message | who | while |
|---|---|---|
| `call.accept` | a device that rings | ringing |
| `call.decline` | a device that rings | ringing |
| `call.cancel` | the caller's device | always; once talk time runs it counts as `call.hang_up` |
| `call.hang_up` | either party's device, or one that rings | always; before the accept it cancels or declines |
| `call.offer`, `call.answer`, `call.candidate` | either party's device | connecting, active, reconnecting |
| `call.connected` | either party's device | connecting; later it changes nothing |
| `call.connect_failed` | either party's device | connecting |

Anything else is answered with the error `illegal_step`, and with `not_in_call` where the call is over, or was never
this device's.
"""

LIMITS = f"""\
Further limits: {DEVICES_PER_ACCOUNT_MAX} devices of an account at one server, {CALLS_PER_ACCOUNT_MAX} calls of an
account that wait for an answer, {MALFORMED_MAX} malformed messages in a row, {SEND_MS_MAX} ms for a device to take
a message, {SDP_CHARS_MAX} characters of a description and {CANDIDATE_CHARS_MAX} of a candidate, and in one call
{DESCRIPTIONS_MAX} descriptions and {CANDIDATES_MAX} candidates from either party. Frames are text; compression is
not agreed to.
"""
