"""What a window has loaded of the page's scripts, and what that weighs on its way."""

from __future__ import annotations

import gzip
import re

from playwright.async_api import Page, Request

from api.page.built_page import BUILT

BYTES_MAX = 60_000
"""What a visitor may have to load until, and for, a call."""


class Scripts:
    """The scripts that a window asks for, from now on."""

    def __init__(self, page: Page) -> None:
        self._names: set[str] = set()
        page.on("request", self._asked)

    @property
    def languages(self) -> set[str]:
        """Return the languages whose words were loaded."""
        return {found[1] for name in self._names if (found := re.match(r"(en|de)-", name))}

    @property
    def gzip_bytes(self) -> int:
        """Return what all of them weigh together, compressed one by one."""
        assert self._names, "the window has loaded nothing"
        return sum(len(gzip.compress((BUILT / "assets" / name).read_bytes(), 9)) for name in self._names)

    def _asked(self, request: Request) -> None:
        if found := re.search(r"/assets/([^/?]+\.js)$", request.url):
            self._names.add(found[1])
