"""How a screen looks in both themes, on phones and desks: fit to read, and where asked for, kept as pictures."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Page, ViewportSize

from tests.browser.axe import grave_findings
from tests.browser.people import DESKTOP, PHONE

FOLDER_VARIABLE = "TEST_SCREENSHOTS"
SMALLEST: ViewportSize = {"width": 320, "height": 640}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TOO_WIDE = "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"


@dataclass
class Looks:
    """Looks at screens, and remembers what nobody should have to see."""

    findings: list[str] = field(default_factory=list)
    folder: Path | None = field(
        default_factory=lambda: Path(folder) if (folder := os.environ.get(FOLDER_VARIABLE)) else None
    )

    async def at(self, page: Page, name: str) -> None:
        """Look at what the page shows now; it is left as it was, at a desk and with the light theme."""
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.findings += [f"{name}, {theme}: {found}" for found in await grave_findings(page)]
            await self._keep(page, name, theme)
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        await page.set_viewport_size(SMALLEST)
        if (too_wide := await page.evaluate(TOO_WIDE)) > 0:
            self.findings.append(f"{name}: {too_wide} px wider than the smallest screen")
        await page.set_viewport_size(DESKTOP)

    async def _keep(self, page: Page, name: str, theme: str) -> None:
        if self.folder is None:
            return
        for device, size in (("desktop", DESKTOP), ("phone", PHONE)):
            await page.set_viewport_size(size)
            await page.screenshot(path=self.folder / f"{name}-{device}-{theme}.png", full_page=device == "desktop")
        await page.set_viewport_size(DESKTOP)
