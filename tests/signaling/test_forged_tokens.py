"""D1, A7: no forged token comes in at the door of the sockets, and all hear the same."""

from shared.ids import new_id
from shared.messages.from_client import Authenticate, Hello
from shared.messages.to_client import CloseCode, Error, ErrorCode
from tests.forgery import Forge, attacks, spellings
from tests.signaling.device import open_device
from tests.signaling.stage import SIGNING_KEY, Stage, staged

TOKEN_CHARS_MAX = 4_096
NO_TOKEN = {CloseCode.TOKEN_REFUSED, CloseCode.MALFORMED_HELLO}
REFUSED = (CloseCode.TOKEN_REFUSED, "the token is refused")


async def test_the_forge_makes_good_tokens(stage: Stage) -> None:
    """Without this what follows would prove nothing."""
    ann = stage.billing.account("ann")
    forge = Forge(SIGNING_KEY, stage.token(ann))
    for token in (forge.signed(), forge.claiming()):
        await (await stage.open()).greet(token)


async def test_every_forgery_is_refused_in_the_same_way(stage: Stage) -> None:
    """One code and one reason for all that could be a token, and billing is not asked."""
    forge = Forge(SIGNING_KEY, stage.token(stage.billing.account("ann")))
    tried = 0
    for name, token in attacks(forge):
        async with await open_device(stage.url) as device:
            await device.say(Hello(token=token))
            closed = await device.closed_with()
        assert (closed == REFUSED) if 0 < len(token) <= TOKEN_CHARS_MAX else (closed[0] in NO_TOKEN), name
        tried += 1
    assert tried > 250
    assert not stage.billing.asked


async def test_no_forgery_prolongs_a_socket() -> None:
    """Each is answered with an error, and the socket lives as long as its true token."""
    async with staged(access_token_seconds=60, messages_per_second_max=9_999, messages_burst_max=9_999) as stage:
        ann, session_id = stage.billing.account("ann"), new_id()
        device = await stage.device(ann, session_id=session_id)
        forge = Forge(SIGNING_KEY, stage.token(ann, session_id=session_id))
        for name, token in attacks(forge):
            if 0 < len(token) <= TOKEN_CHARS_MAX:
                await device.say(Authenticate(token=token, ref="x"))
                error = await device.expect(Error)
                assert (error.code, error.ref) == (ErrorCode.TOKEN_REFUSED, "x"), name
        await stage.time.pass_ms(60_500)
        assert await device.closed_with() == (CloseCode.TOKEN_REFUSED, "the token has expired")


async def test_no_spelling_of_a_token_outlives_its_time() -> None:
    """Not even one that was taken before."""
    async with staged(access_token_seconds=60) as stage:
        ann = stage.billing.account("ann")
        token = stage.token(ann)
        await (await stage.open()).greet(token)
        await stage.time.pass_ms(60_500)
        for name, spelled in [("as it was", token), *spellings(token)]:
            async with await open_device(stage.url) as device:
                await device.say(Hello(token=spelled))
                assert await device.closed_with() == REFUSED, name
