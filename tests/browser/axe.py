"""axe-core's verdict on a page: what people with a screen reader, a keyboard or weak eyes would stumble over."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
GRAVE = ("serious", "critical")
RUN = """async () => {
  const words = ({target, any}) => `${target.join(' ')} (${any.map(({message}) => message).join('; ')})`;
  const {violations} = await axe.run(document, {resultTypes: ['violations']});
  return violations.map(({impact, id, help, nodes}) =>
    ({impact, text: `${id}: ${help}: ${nodes.map(words).join(', ')}`}));
}"""


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


async def grave_findings(page: Page) -> list[str]:
    """Return what is serious or critical on the page as it stands now; moving parts should have come to rest."""
    # The browser's debugger brings it in, so that the page's own policy stays as it is.
    await page.evaluate(f"() => {{ if (!window.axe) {{ {_source()} }} }}")
    found = await page.evaluate(RUN)
    return [f"{one['impact']}: {one['text']}" for one in found if one["impact"] in GRAVE]
