"""`/sandbox/checkout`: the provider's page, with nothing from anywhere else in it."""

from html import escape
from typing import Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from msgspec import Struct

from api.sandbox.desk import OpenCheckout, SandboxDesk
from shared.money import format_minor

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sandbox checkout</title>
<style>body{{font:1.1rem/1.6 system-ui;max-width:26rem;margin:15vh auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 2rem}}</style>
<h1>{amount}</h1>
{rest}
</html>
"""
_BUTTON = (
    "<p>This is the sandbox provider: no money moves.</p>"
    '<form method="post" action="{path}/pay"><button>Pay</button></form>'
)
_PAID = "<p>Paid. You can close this page.</p>"


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
        done = checkout.status == "settled"
        return _page(checkout, _PAID if done else _BUTTON.format(path=f"/sandbox/checkout/{escape(ref)}"))

    @post("/pay", status_code=200)
    async def pay(
        self,
        ref: FromPath[str],
        request: Request[Any, Any, Any],
        desk: NamedDependency[SkipValidation[SandboxDesk]],
    ) -> Response[Any]:
        """Pay; answers a page to browsers and JSON to programs."""
        await desk.pay(ref)
        if "text/html" in request.headers.get("accept", ""):
            return _page(await desk.find(ref), _PAID)
        return Response(Paid("paid"), media_type=MediaType.JSON)


def _page(checkout: OpenCheckout, rest: str) -> Response[str]:
    amount = escape(format_minor(checkout.amount_minor, checkout.currency))
    return Response(
        _PAGE.format(amount=amount, rest=rest),
        media_type=MediaType.HTML,
        headers={"Content-Security-Policy": _POLICY},
    )
