"""Who may open a socket."""

import pytest

from shared.ids import new_id
from shared.messages.requests import Admit, Admitted, NotAdmitted
from tests.billing_worker.town import Town


async def test_a_session_of_the_account_is_admitted(town: Town) -> None:
    """The reply tells who it is, and with what money."""
    account = await town.moves_in(25, name="Ada")
    (reply,) = await town.asks(Admit(node="node-1", account_id=account.id, session_id=await town.logs_in(account)))

    assert isinstance(reply, Admitted)
    assert (reply.account.account_id, reply.account.user_name) == (account.id, "Ada")
    assert (reply.wallet.available_minor, reply.wallet.minutes_affordable, reply.wallet.currency) == (25, 2, "EUR")


async def test_nobody_else_is(town: Town) -> None:
    """Unknown, disabled, logged out, or another's session."""
    account, other, disabled = [await town.moves_in() for _ in range(3)]
    await town.is_disabled(disabled)
    asked = {
        Admit(node="node-1", account_id=new_id(), session_id=new_id()): "unknown_account",
        Admit(node="node-1", account_id=disabled.id, session_id=await town.logs_in(disabled)): "disabled",
        Admit(node="node-1", account_id=account.id, session_id=new_id()): "session_ended",
        Admit(
            node="node-1", account_id=account.id, session_id=await town.logs_in(account, ended=True)
        ): "session_ended",
        Admit(node="node-1", account_id=account.id, session_id=await town.logs_in(other)): "session_ended",
    }

    replies = await town.asks(*asked)

    assert replies == [NotAdmitted(reason=reason) for reason in asked.values()]  # type: ignore[arg-type]  # literals


async def test_replies_keep_the_order_of_mixed_requests(town: Town) -> None:
    """Reads and decisions of one batch are answered each in its place, the same request twice, too."""
    account, callee = await town.moves_in(20), await town.moves_in()
    admit = Admit(node="node-1", account_id=account.id, session_id=await town.logs_in(account))
    invitation = town.invitation(account, callee)

    replies = await town.asks(admit, invitation, admit, invitation)

    assert [type(reply).__name__ for reply in replies] == ["Admitted", "Authorized", "Admitted", "Authorized"]


@pytest.mark.parametrize("count", [1, 64])
async def test_a_batch_is_one_select_and_one_insert(town: Town, count: int) -> None:
    """A node that lost its connection brings all its devices back at once."""
    account = await town.moves_in()
    admit = Admit(node="node-1", account_id=account.id, session_id=await town.logs_in(account))

    for expected in (["SELECT", "INSERT"], ["SELECT"]):
        with town.statements() as statements:
            await town.admission.handle([admit] * count)
        assert [statement.split()[0] for statement in statements] == expected
