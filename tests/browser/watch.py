"""What goes wrong in a browser's pages without anybody looking: no test may pass over it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

EXPECTED_ERRORS = (
    "Failed to load resource: the server responded with a status of 4",
    "Failed to load resource: net::ERR_INTERNET_DISCONNECTED",
    "WebSocket connection to ",
    "The Cross-Origin-Opener-Policy header has been ignored, because the URL's origin was untrustworthy",
)
"""What the browser itself says of a refusal, a lost network, and plain http from elsewhere."""


class Watch:
    """The console, uncaught errors, and requests to others than the product, of all pages of a context."""

    def __init__(self, context: BrowserContext, *hosts: str) -> None:
        self.trouble: list[str] = []
        self.said: list[str] = []
        self._context = context
        self._hosts = {"", *hosts}
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("page", self._page)

    async def keep(self, folder: Path, name: str) -> list[Path]:
        """Write how every page looks and what was said; return where."""
        kept = [folder / f"{name}.txt"]
        kept[0].write_text("\n".join([*self.said, *(f"TROUBLE {trouble}" for trouble in self.trouble)]) + "\n")
        for number, page in enumerate(self._context.pages):
            kept.append(folder / f"{name}-{number}.png")
            await page.screenshot(path=kept[-1])
        return kept

    def _console(self, message: ConsoleMessage) -> None:
        self.said.append(f"{message.type}: {message.text}")
        if message.type == "error" and not message.text.startswith(EXPECTED_ERRORS):
            self.trouble.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self.trouble.append(f"uncaught: {error.error.stack or error.error.message}")

    def _request(self, request: Request) -> None:
        self._asked(request.url)

    def _page(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        self._asked(socket.url)
        socket.on("framesent", lambda frame: self.said.append(f"sent {frame!s}"))
        socket.on("framereceived", lambda frame: self.said.append(f"received {frame!s}"))
        socket.on("close", lambda _: self.said.append("a socket closed"))

    def _asked(self, url: str) -> None:
        self.said.append(f"asked for {url}")
        if urlsplit(url).netloc not in self._hosts:
            self.trouble.append(f"asked a stranger: {url}")
