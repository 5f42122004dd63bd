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


class Paid(Struct, frozen=True):
    """The answer to programs that pay."""

    status: str


class SandboxRoutes(Controller):
    """Only who knows the reference can look or pay."""

    path = "/sandbox/checkout/{ref:str}"
    include_in_schema = False

    @get("/", media_type=MediaType.HTML)
    async def show(self, ref: FromPath[str], desk: NamedDependency[SkipValidation[SandboxDesk]]) -> Response[str]:
        """Show the checkout."""
        checkout = await desk.find(ref)
        amount = format_minor(checkout.amount_minor, checkout.currency)
        text = page.paid(amount) if checkout.status == "settled" else page.to_pay(amount, f"{_address(ref)}/pay")
        return Response(text, media_type=MediaType.HTML, headers={"Content-Security-Policy": page.POLICY})

    @post("/pay", status_code=200)
    async def pay(
        self,
        ref: FromPath[str],
        request: Request[Any, Any, Any],
        desk: NamedDependency[SkipValidation[SandboxDesk]],
    ) -> Response[Any]:
        """Pay; programs are answered in JSON, browsers are sent back to the page, where reloading pays nothing."""
        await desk.pay(ref)
        if names(request.headers.get("accept", ""), "text/html"):
            return Redirect(_address(ref), status_code=303)
        return Response(Paid("paid"), media_type=MediaType.JSON)


def _address(ref: str) -> str:
    return f"/sandbox/checkout/{ref}"
