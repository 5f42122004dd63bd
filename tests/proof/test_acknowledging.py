"""What was not committed is not acknowledged, on either bus."""

import pytest

from tests.proof.acknowledging import an_end_survives_a_power_cut
from tests.proof.stage import Stage


@pytest.mark.parametrize("broker", [False, True], ids=["memory", "rabbitmq"])
def test_an_end_survives_a_power_cut(stage: Stage, broker: bool, request: pytest.FixtureRequest) -> None:
    """C9, C12: the next worker gets it, and charges it once."""
    url = request.getfixturevalue("vhost_url") if broker else None
    stage.run(an_end_survives_a_power_cut(stage, url))
