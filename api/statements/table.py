"""Rows as CSV (RFC 4180), and none that a spreadsheet takes for more than it is."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from litestar.response import Stream

from shared.money import decimal_text

MEDIA_TYPE = "text/csv"
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A text that begins so is a formula to a spreadsheet: https://owasp.org/www-community/attacks/CSV_Injection"""
COLUMNS = (
    "seq", "booked_at", "occurred_at", "kind", "operation", "call_id", "payment_id", "amount_minor",
    "balance_minor", "amount", "balance", "currency",
)  # fmt: skip
OPERATORS_COLUMNS = (*COLUMNS, "reason", "actor_id")
"""Reasons are the operators' own words to one another."""
OPENING, CLOSING = "opening_balance", "closing_balance"


class Table:
    """Writes rows, and keeps the balance as it goes."""

    def __init__(self, columns: Sequence[str], *, currency: str, opening_minor: int) -> None:
        self._columns = columns
        self._currency = currency
        self.balance_minor = opening_minor

    def head(self, at: datetime) -> bytes:
        """Return the header and the balance before everything that follows."""
        names = dict(zip(self._columns, self._columns, strict=True))
        return self._written([names, self._balance(OPENING, at)])

    def foot(self, at: datetime) -> bytes:
        """Return the balance after everything; a file without this row is not whole."""
        return self._written([self._balance(CLOSING, at)])

    def entries(self, entries: Iterable[Mapping[str, Any]]) -> bytes:
        """Return entries, each with the balance after it; `amount_minor` must be among their fields."""
        return self._written([self._entry(entry) for entry in entries])

    def _entry(self, entry: Mapping[str, Any]) -> dict[str, str]:
        amount_minor: int = entry["amount_minor"]
        self.balance_minor += amount_minor
        shown = {name: cell(value) for name, value in entry.items()}
        return {**shown, **self._money("amount", amount_minor), **self._money("balance", self.balance_minor)}

    def _balance(self, kind: str, at: datetime) -> dict[str, str]:
        return {"kind": kind, "booked_at": cell(at), **self._money("balance", self.balance_minor)}

    def _money(self, name: str, amount_minor: int) -> dict[str, str]:
        return {
            f"{name}_minor": str(amount_minor),
            name: decimal_text(amount_minor, self._currency),
            "currency": self._currency,
        }

    def _written(self, rows: Iterable[Mapping[str, str]]) -> bytes:
        text = io.StringIO()
        # The lines of the standard end in CRLF, whatever those of this machine do.
        csv.DictWriter(text, self._columns, restval="", lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode()


def cell(value: object) -> str:
    """Return a value as a cell's text: times in UTC, nothing for None, no formula."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
        case int():
            return str(value)
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


def as_file(rows: Any, name: str) -> Stream:
    """Answer with these bytes as a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Stream(rows, media_type=MEDIA_TYPE, headers=headers)
