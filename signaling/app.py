"""The one place where the signaling service is put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from quart import Quart, Response
from quart.globals import websocket_ctx

from shared.bus.interface import Bus
from shared.clock import Clock
from shared.settings import Settings
from shared.tokens import TokenVerifier
from signaling.background import Background
from signaling.billing.announcing import Announcer
from signaling.billing.client import Billing
from signaling.billing.journal import Journal, MemoryJournal
from signaling.call.states import CallTimes
from signaling.devices.bindings import Bindings
from signaling.devices.liveness import Liveness
from signaling.devices.notices import Notices
from signaling.devices.post import Post
from signaling.devices.presence import Presence
from signaling.devices.registry import Devices
from signaling.devices.resync import Resync
from signaling.door.endpoint import Endpoint
from signaling.door.greeting import Greeter
from signaling.door.open_sockets import OpenSockets
from signaling.door.origins import Origins
from signaling.door.pace import Pace
from signaling.health import health_pages
from signaling.live.calls import LiveCalls
from signaling.live.money_questions import MoneyQuestions
from signaling.live.running import Runner
from signaling.live.switchboard import Switchboard
from signaling.live.timers import CallTimers
from signaling.nodes.nodes import Nodes
from signaling.problems import answer_with_headers, answer_with_problems
from signaling.service import Service
from signaling.sockets.lean import LeanConnection, LeanWebsocket
from signaling.takeover.moving_out import MovingOut
from signaling.takeover.takeover import arrivals_of
from signaling.tickets.ticket import Tickets
from signaling.timers import LoopScheduler, Scheduler
from signaling.watching.lookout import Lookout

SOCKET_PATH = "/ws"


class SignalingApp(Quart):
    """The ASGI application; whoever serves it starts, drains and stops its `service`."""

    asgi_websocket_class = LeanConnection
    websocket_class = LeanWebsocket

    def __init__(
        self,
        settings: Settings,
        *,
        bus: Bus,
        service: Service,
        endpoint: Endpoint,
        sockets: OpenSockets,
        journal: Journal,
        tickets: Tickets,
    ):
        super().__init__("signaling", static_folder=None)
        self.service = service
        self.tickets = tickets
        self.config["MAX_CONTENT_LENGTH"] = settings.body_bytes_max
        self.add_websocket(SOCKET_PATH, view_func=_serving(endpoint))
        self.register_blueprint(health_pages(bus, closed=lambda: sockets.closed, journal=journal))
        answer_with_problems(self)
        answer_with_headers(self, settings.public_url)


def create_app(
    settings: Settings,
    *,
    bus: Bus,
    verifier: TokenVerifier,
    clock: Clock,
    scheduler: Scheduler | None = None,
    journal: Journal | None = None,
    with_others: bool = False,
) -> SignalingApp:
    """Build the application. Nothing runs before `app.service.start()`; the bus is its owner's to run.

    `with_others` says that other processes, or the next one of this name, may go on with its calls when it stops.
    """
    scheduler = LoopScheduler(clock) if scheduler is None else scheduler
    journal = MemoryJournal() if journal is None else journal
    background = Background()
    devices = Devices(messages_max=settings.resume_messages_max, bytes_max=settings.resume_bytes_max)
    sockets = OpenSockets(per_address_max=settings.sockets_per_address_max)
    announcer = Announcer(bus, journal)
    billing = Billing(
        bus,
        node=settings.node,
        minute_ms=settings.minute_ms,
        timeout_ms=settings.authorize_ms_max,
        # No longer than the call waits between two tries, so that several fit in before the lease ends.
        renewal_timeout_ms=min(settings.authorize_ms_max, CallTimes.of(settings).renewal_retry_ms),
    )
    tickets = Tickets(settings.ticket_secrets, life_ms=settings.call_ms_max, clock=clock)
    bindings, post = Bindings(background), Post(devices)
    lookout = Lookout(
        bus,
        devices=devices,
        bindings=bindings,
        post=post,
        background=background,
        settings=settings,
        clock=clock,
        scheduler=scheduler,
    )
    calls = LiveCalls(say_changed=lookout.hints.tell)
    nodes = Nodes(
        bus, devices=devices, post=post, background=background, settings=settings, clock=clock, scheduler=scheduler
    )
    questions = MoneyQuestions(
        billing, calls, devices, background, node=settings.node, relay_only=settings.relay_only
    )
    runner = Runner(
        calls=calls,
        bindings=bindings,
        reach=nodes.reach,
        finder=nodes.finder,
        questions=questions,
        announcer=announcer,
        timers=CallTimers(scheduler),
        times=CallTimes.of(settings),
        node=settings.node,
        tickets=tickets,
        clock=clock,
    )
    switchboard = Switchboard(
        calls=calls,
        devices=devices,
        post=post,
        runner=runner,
        home=nodes.home,
        takes_calls=lambda: not sockets.closed and not announcer.overfull,
        clock=clock,
    )
    presence = Presence(
        devices=devices,
        switchboard=switchboard,
        bindings=bindings,
        onlooker=lookout.onlooker,
        settings=settings,
        clock=clock,
    )
    resync = Resync(
        billing=billing,
        devices=devices,
        presence=presence,
        post=post,
        switchboard=switchboard,
        background=background,
    )
    notices = Notices(
        post=post, switchboard=switchboard, presence=presence, watching=lookout.watching, resync=resync
    )
    letters = nodes.join(calls=calls, runner=runner, presence=presence, questions=questions, notices=notices)
    arrivals = arrivals_of(
        nodes,
        billing=billing,
        tickets=tickets,
        calls=calls,
        devices=devices,
        runner=runner,
        post=post,
        background=background,
        may_take=lambda: not sockets.closed,
        settings=settings,
        clock=clock,
    )
    moving_out = MovingOut(
        calls=calls,
        devices=devices,
        runner=runner,
        owner=nodes.owner,
        post=post,
        billing=billing,
        moving_ms_max=settings.moving_ms_max,
        node=settings.node,
        clock=clock,
    )
    greeter = Greeter(
        verifier=verifier,
        billing=billing,
        bindings=bindings,
        presence=presence,
        devices=devices,
        arrivals=arrivals,
        settings=settings,
        clock=clock,
        scheduler=scheduler,
    )
    endpoint = Endpoint(
        origins=Origins(public_url=settings.public_url, allowed=settings.allowed_origins),
        greeter=greeter,
        presence=presence,
        watching=lookout.watching,
        switchboard=switchboard,
        post=post,
        sockets=sockets,
        queue_max=settings.socket_queue_max,
        new_pace=lambda: Pace(per_second=settings.messages_per_second_max, burst=settings.messages_burst_max),
        clock=clock,
    )
    service = Service(
        bus=bus,
        node=settings.node,
        drain_ms_max=settings.drain_ms_max,
        announcer=announcer,
        background=background,
        bindings=bindings,
        liveness=Liveness(devices=devices, presence=presence, settings=settings, clock=clock, scheduler=scheduler),
        letters=letters,
        nodes=nodes,
        lookout=lookout,
        resync=resync,
        sockets=sockets,
        switchboard=switchboard,
        moving_out=moving_out if with_others else None,
    )
    return SignalingApp(
        settings,
        bus=bus,
        service=service,
        endpoint=endpoint,
        sockets=sockets,
        journal=journal,
        tickets=tickets,
    )


def _serving(endpoint: Endpoint) -> Callable[[], Awaitable[Response | None]]:
    async def serve() -> Response | None:
        return await endpoint.serve(cast(LeanWebsocket, websocket_ctx.websocket))

    return serve
