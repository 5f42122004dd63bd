"""`/sandbox/checkout`: where the payer is sent, and where programs pay."""

from typing import Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Redirect
from msgspec import Struct

from api.assets import names
from api.sandbox import page
from api.sandbox.desk import SandboxDesk
from shared.money import format_minor


class Done(Struct, frozen=True):
    """The answer to programs."""

    status: str


class SandboxRoutes(Controller):
    """Only who knows the reference can look or pay. What is done is told by webhook before the answer."""

    path = "/sandbox/checkout/{ref:str}"
    include_in_schema = False

    @get("/", media_type=MediaType.HTML)
    async def show(self, ref: FromPath[str], desk: NamedDependency[SkipValidation[SandboxDesk]]) -> Response[str]:
        """Show the checkout."""
        checkout = await desk.find(ref)
        amount = format_minor(checkout.amount_minor, checkout.currency)
        is_open = checkout.status == "pending"
        text = page.to_pay(amount, _address(ref)) if is_open else page.over(amount, checkout.status)
        return Response(text, media_type=MediaType.HTML, headers={"Content-Security-Policy": page.POLICY})

    @post("/pay", status_code=200)
    async def pay(
        self,
        ref: FromPath[str],
        request: Request[Any, Any, Any],
        desk: NamedDependency[SkipValidation[SandboxDesk]],
    ) -> Response[Any]:
        """Pay."""
        await desk.pay(ref)
        return _done(request, ref, "paid")

    @post("/decline", status_code=200)
    async def decline(
        self,
        ref: FromPath[str],
        request: Request[Any, Any, Any],
        desk: NamedDependency[SkipValidation[SandboxDesk]],
    ) -> Response[Any]:
        """Have the payment fail, as a bank may."""
        await desk.decline(ref)
        return _done(request, ref, "declined")

    @post("/expire", status_code=200)
    async def expire(
        self,
        ref: FromPath[str],
        request: Request[Any, Any, Any],
        desk: NamedDependency[SkipValidation[SandboxDesk]],
    ) -> Response[Any]:
        """Have its time be over."""
        await desk.expire(ref)
        return _done(request, ref, "expired")


def _done(request: Request[Any, Any, Any], ref: str, status: str) -> Response[Any]:
    """Programs are answered in JSON, browsers are sent back to the page, where reloading does nothing."""
    if names(request.headers.get("accept", ""), "text/html"):
        return Redirect(_address(ref), status_code=303)
    return Response(Done(status), media_type=MediaType.JSON)


def _address(ref: str) -> str:
    return f"/sandbox/checkout/{ref}"
