"""The two ways in which a request with a key is carried out once.

`book`              key, effect and answer are one transaction
`ask_and_book`      somebody outside is asked in between: the key first, then effect and answer
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from litestar import Response
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.idempotency.answers import Answer, is_final
from api.idempotency.errors import KeyInUseError
from api.idempotency.requests import KeyedRequest
from api.idempotency.rows import KeyRow, answer_in
from api.problems import ApiError
from shared.clock import Clock
from shared.database import DatabaseUnavailableError, transaction
from shared.failpoints import Failpoint, failpoint
from shared.ids import new_id

T = TypeVar("T")

ASKING = timedelta(seconds=60)
"""No provider is asked for longer. After this the work counts as lost, and the same request takes it over."""

UNKNOWN_STATUS_MIN = 500
"""From here on a status says nothing about what was done."""

logger = logging.getLogger(__name__)


class Claim(NamedTuple):
    """Work that is ours until then, and the id of what it makes."""

    subject_id: UUID
    until: datetime


@dataclass(frozen=True)
class Once:
    """Carries out requests with keys.

    Stored are successes, and refusals with 409: the request was in order, and the state of the money said no. What
    was wrong with the request itself, or not possible just now, is not: mended or asked later, it may be done.
    """

    engine: AsyncEngine
    clock: Clock

    async def book(
        self, keyed: KeyedRequest, effect: Callable[[AsyncConnection, UUID], Awaitable[Answer]]
    ) -> Response[Any]:
        """Have the effect, given an id for what it makes, and store its answer in one transaction; or answer again.

        Raises `KeyInUseError`, `KeyReusedError`, and what the effect raises.
        """
        async with transaction(self.engine) as connection:
            row = KeyRow(connection, keyed)
            await row.take_turn()
            found = await row.find()
            if found is not None and (stored := answer_in(found)) is not None:
                return stored.response(replayed=True)
            subject_id = new_id() if found is None else found.subject_id
            outcome = await self._carry_out(row, subject_id, lambda connection: effect(connection, subject_id))
        await failpoint(Failpoint.ONCE_COMMITTED)
        return _told(outcome)

    async def ask_and_book(
        self,
        keyed: KeyedRequest | None,
        ask: Callable[[UUID], Awaitable[T]],
        book: Callable[[AsyncConnection, T], Awaitable[Answer]],
    ) -> Response[Any]:
        """Ask outside of any transaction, then book what came of it; or answer again.

        `ask` is given the id of what will be made, the same one in every repetition, also after a crash: so that
        whoever is asked can tell one request from two. What it raises with a status of its own below 500 says that
        nothing was done. Raises `KeyInUseError`, `KeyReusedError`, and what the two raise.
        """
        if keyed is None:
            asked = await ask(new_id())
            async with transaction(self.engine) as connection:
                answer = await book(connection, asked)
            return answer.response()
        claim = await self._claim(keyed)
        if isinstance(claim, Answer):
            return claim.response(replayed=True)
        try:
            await failpoint(Failpoint.ONCE_CLAIMED)
            asked = await ask(claim.subject_id)
            await failpoint(Failpoint.ONCE_ASKED)
            return await self._finish(keyed, claim, asked, book)
        except Exception as error:
            await self._give_up(keyed, claim, error)
            raise

    async def _claim(self, keyed: KeyedRequest) -> Claim | Answer:
        now = self.clock.now()
        until = now + ASKING
        async with transaction(self.engine) as connection:
            row = KeyRow(connection, keyed)
            await row.take_turn()
            found = await row.find()
            if found is None:
                subject_id = new_id()
                await row.claim(subject_id, now=now, until=until)
                return Claim(subject_id, until)
            if (stored := answer_in(found)) is not None:
                return stored
            if not await row.take_over(now=now, until=until):
                raise KeyInUseError
        logger.warning("%s of %s was begun and got lost; once more", keyed.route, keyed.account_id)
        return Claim(found.subject_id, until)

    async def _finish(
        self,
        keyed: KeyedRequest,
        claim: Claim,
        asked: T,
        book: Callable[[AsyncConnection, T], Awaitable[Answer]],
    ) -> Response[Any]:
        async with transaction(self.engine) as connection:
            row = KeyRow(connection, keyed)
            # Whoever took so long that somebody took over finds the work done.
            found = await row.find(lock=True)
            if found is not None and (stored := answer_in(found)) is not None:
                return stored.response(replayed=True)
            outcome = await self._carry_out(row, claim.subject_id, lambda connection: book(connection, asked))
        await failpoint(Failpoint.ONCE_COMMITTED)
        return _told(outcome)

    async def _carry_out(
        self, row: KeyRow, subject_id: UUID, effect: Callable[[AsyncConnection], Awaitable[Answer]]
    ) -> Answer | ApiError:
        """Have the effect and store its answer; a final refusal is stored without any effect, and returned."""
        outcome: Answer | ApiError
        try:
            async with row.connection.begin_nested():
                outcome = answer = await effect(row.connection)
        except ApiError as error:
            if not is_final(error):
                raise
            outcome, answer = error, Answer.refusal(error)
        await failpoint(Failpoint.ONCE_EFFECTED)
        await row.answer(answer, subject_id, now=self.clock.now())
        return outcome

    async def _give_up(self, keyed: KeyedRequest, claim: Claim, error: Exception) -> None:
        """Let the next one try at once; where even that fails, the claim ends by itself."""
        now = self.clock.now()
        try:
            async with transaction(self.engine) as connection:
                row = KeyRow(connection, keyed)
                if not isinstance(error, ApiError) or error.problem_type.status >= UNKNOWN_STATUS_MIN:
                    # Nobody knows what was done: the id stays, and whoever is asked again will know it.
                    await row.let_go(claim.until, now=now)
                elif not is_final(error):
                    await row.forget(claim.until)
                elif (found := await row.find(lock=True)) is not None and found.locked_until == claim.until:
                    await row.answer(Answer.refusal(error), claim.subject_id, now=now)
        except DatabaseUnavailableError as outage:
            logger.warning("%s of %s stays in use for a while: %s", keyed.route, keyed.account_id, outage)


def _told(outcome: Answer | ApiError) -> Response[Any]:
    """Answer, or raise the refusal, which is logged where all are."""
    if isinstance(outcome, ApiError):
        raise outcome
    return outcome.response()
