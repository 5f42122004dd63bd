"""The provider's page: one amount, one button to pay, two to see what else may happen, nothing from elsewhere."""

import base64
import hashlib
from html import escape

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(24rem, 100%); padding: 2rem; text-align: center; }
header, footer { opacity: .75; }
h1 { margin: .25rem 0 1.5rem; font-size: 2.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
button { font: inherit; font-weight: 600; width: 100%; min-height: 3rem; padding: .75rem 1.5rem; cursor: pointer;
  border: 1px solid transparent; border-radius: .75rem; color: #fff; background: #0b6b50; }
button:hover { background: #095a43; }
.other { margin-top: .75rem; }
.other button { color: inherit; background: none; border-color: currentcolor; }
.other button:hover { text-decoration: underline; }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 3px; }
footer { margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{amount}, sandbox checkout</title>
<style>{style}</style>
</head>
<body>
<main>
<header>Sandbox checkout</header>
<h1>{amount}</h1>
{rest}
<footer>This provider is for trying things out: no money moves.</footer>
</main>
</body>
</html>
"""
_BUTTONS = """<form method="post" action="{address}/pay"><button>Pay {amount}</button></form>
<form method="post" action="{address}/decline" class="other"><button>Decline</button></form>
<form method="post" action="{address}/expire" class="other"><button>Let it expire</button></form>"""
_OVER = '<p role="status">{said} You can close this window.</p>'
_SAID = {"settled": "Paid.", "failed": "Declined: nothing was paid.", "expired": "Expired: nothing was paid."}
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = "; ".join(
    [
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
"""The page's Content-Security-Policy: its own style, no script at all."""


def to_pay(amount: str, address: str) -> str:
    """Return the page with the buttons; `address` is the page's own."""
    amount = escape(amount)
    return _page(amount, _BUTTONS.format(address=escape(address), amount=amount))


def over(amount: str, status: str) -> str:
    """Return the page once there is nothing more to do."""
    return _page(escape(amount), _OVER.format(said=_SAID[status]))


def _page(amount: str, rest: str) -> str:
    return _PAGE.format(amount=amount, style=_STYLE, rest=rest)
