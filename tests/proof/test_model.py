"""The model itself: it knows nothing of the product, and says what ACCEPTANCE.md says."""

import ast
import sys
from pathlib import Path

import pytest

from tests.harness.clock import START
from tests.proof.model import Model
from tests.proof.purses import Wallet
from tests.proof.registers import Event, Terms

MODEL = ("purses", "registers", "model")
HOURS = [(3_599_000, 600), (3_600_000, 600), (3_601_000, 610), (3_661_000, 620), (86_400_000, 14_400)]


@pytest.mark.parametrize("name", MODEL)
def test_it_uses_no_line_of_the_product(name: str) -> None:
    """Only Python's own library, and itself."""
    tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    own = {f"tests.proof.{each}" for each in MODEL}
    assert not {module for module in imported - own if module.partition(".")[0] not in sys.stdlib_module_names}


def charge_of(talk_ms: int, *, held: int = 2_000, price: int = 10, terms: Terms = Terms()) -> int:  # noqa: B008
    """Return what a call of this length costs, for which so many minutes were held."""
    model = Model(setup_ms=0)
    model.terms = terms
    model.wallets = {"ann": Wallet(price), "bob": Wallet(price)}
    model.adjust("gift", "ann", held * price, START)
    assert model.invite("call", "ann", "bob", START) == "authorized"
    for minute in range(2, held + 1):
        assert model.renew("call", minute, 0, START) == "renewed"
    assert model.hear([Event("end", "call", "ann", "bob", START, talk_ms, "hung_up")], START) == []
    assert model.wallets["ann"].balance == held * price - model.calls["call"].charge
    return model.calls["call"].charge


@pytest.mark.parametrize(
    ("talk_ms", "charge"),
    [(0, 0), (1, 10), (60_000, 10), (60_001, 20), (120_000, 20), (120_001, 30), *HOURS],
)
def test_every_started_minute(talk_ms: int, charge: int) -> None:
    """C2, C3."""
    assert charge_of(talk_ms) == charge


def test_no_more_than_was_held() -> None:
    """C6: with money for two minutes, two minutes are charged at most."""
    assert charge_of(10 * 60_000, held=2) == 20


@pytest.mark.parametrize(
    ("talk_ms", "charge"), [(5_000, 0), (5_001, 0), (30_000, 0), (30_001, 10), (90_000, 10), (90_001, 20)]
)
def test_free_seconds_and_grace(talk_ms: int, charge: int) -> None:
    """The free seconds are free in every call; a call within the grace is free as a whole."""
    assert charge_of(talk_ms, terms=Terms(free_ms=30_000, grace_ms=5_000)) == charge


@pytest.mark.parametrize(("talk_ms", "charge"), [(5_000, 0), (5_001, 10)])
def test_grace_alone(talk_ms: int, charge: int) -> None:
    """Whoever talks longer than the grace pays from the first moment."""
    assert charge_of(talk_ms, terms=Terms(grace_ms=5_000)) == charge
