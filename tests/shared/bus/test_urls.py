"""Where the broker is, or where the nodes of a cluster are."""

import pytest

from shared.bus.urls import Turns, broker_urls, place_of
from shared.settings import Settings
from shared.settings_loading import SettingsError, load_settings, with_changes

ONE, TWO, THREE = (f"amqp://app:pass@mq-{number}/talk" for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        (ONE, [ONE]),
        (f"{ONE},{TWO}", [ONE, TWO]),
        (f" {ONE} , {TWO},\n{THREE} ", [ONE, TWO, THREE]),
        ("amqp://app:a,b@mq/,amqps://app:a,b@mq/", ["amqp://app:a,b@mq/", "amqps://app:a,b@mq/"]),
    ],
)
def test_urls_are_separated_by_commas(text: str, urls: list[str]) -> None:
    assert list(broker_urls(text)) == urls


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("amqp://app:secret@mq.example/", "mq.example:5672/"),
        ("amqps://app:secret@mq.example/talk%20time", "mq.example:5671/talk time"),
        ("amqp://[::1]:5673/", "[::1]:5673/"),
    ],
)
def test_people_are_told_host_port_and_virtual_host(url: str, place: str) -> None:
    assert place_of(url) == place


def test_each_has_its_turn_before_one_has_it_again() -> None:
    turns = Turns([ONE, TWO, THREE])
    seen = []
    for ends_a_round in (False, False, True, False, False, True):
        seen.append(turns.current)
        assert turns.turn() == ends_a_round
    assert sorted(seen[:3]) == [ONE, TWO, THREE]
    assert seen[3:] == seen[:3]
    turns.turn()
    turns.begin_round()
    assert [turns.turn(), turns.turn(), turns.turn()] == [False, False, True]


def test_programs_do_not_all_begin_with_the_same_one() -> None:
    assert {Turns([ONE, TWO, THREE]).current for _ in range(200)} == {ONE, TWO, THREE}


@pytest.mark.parametrize("text", ["", ",", "http://mq/", "mq:5672", f"{ONE},amqp://app:pass@mq-2/other"])
def test_what_are_no_urls_of_one_broker_is_refused(text: str) -> None:
    """A14: without repeating it, as there may be a password in it."""
    with pytest.raises(SettingsError, match="TALKTIME_RABBITMQ_URL must") as refused:
        load_settings({"TALKTIME_RABBITMQ_URL": text})
    assert "pass" not in str(refused.value)


def test_production_looks_at_each() -> None:
    """A13."""
    good = "amqps://app:{}@mq-{}/"
    password = "9f2c41d07be85a6390cd17f4e8b2a65d"
    urls = [good.format(password, 1), good.format("guest", 2), good.format(password, 3)]
    settings = with_changes(Settings(), rabbitmq_url=",".join(urls))
    with pytest.raises(SettingsError, match="its password"):
        with_changes(settings, mode="production", payment_provider="none", public_url="https://talk.example")
