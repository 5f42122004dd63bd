"""Random stories on the real SQL, compared with the model after every step."""

import os
import sys

from tests.proof.stage import Stage
from tests.proof.telling import tell

SEED = int(os.environ.get("PROOF_SEED", "5"))
STORIES = int(os.environ.get("PROOF_STORIES", "100"))
"""`PROOF_SEED=2 PROOF_STORIES=5000` for other stories, and more."""


def test_stories(stage: Stage) -> None:
    """DESIGN.md, section 4, whatever happens in whatever order."""
    try:
        tell(stage, seed=SEED, stories=STORIES)
    except BaseException as error:
        error.add_note(f"Once more: PROOF_SEED={SEED} PROOF_STORIES={STORIES}")
        raise
    finally:
        sys.stdout.writelines(f"{times:8} {what}\n" for what, times in sorted(stage.seen.items()))
    for what in ("charge", "refund", "top_up", "adjustment", "payout", "payment_refund"):
        assert stage.seen[f"booked: {what}"], f"no story tells of a {what}"
