"""Statements as files."""

import csv
import io

import httpx


def read(answer: httpx.Response) -> list[dict[str, str]]:
    """Return the rows of the file that this answer must be."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.endswith("\r\n")
    assert "\n" not in answer.text.replace("\r\n", "")
    return list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))


def amounts(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    """Return kind, amount and balance of each row."""
    return [(row["kind"], row["amount_minor"], row["balance_minor"]) for row in rows]
