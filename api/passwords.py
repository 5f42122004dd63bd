"""Passwords: argon2id in a bounded thread pool, so that hashing never stops the loop or fills the memory."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib.hashers.argon2 import Argon2Hasher

from api.problems import ApiError, ProblemType
from api.weak_passwords import PRODUCT_WORDS, refuse_weak, words_of

T = TypeVar("T")

MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
"""OWASP's first recommendation for argon2id: about 20 ms each."""


class TooManyPasswordsError(ApiError):
    """More passwords wait to be hashed than are let wait."""

    problem_type = ProblemType.TOO_MANY_REQUESTS

    def __init__(self) -> None:
        super().__init__("Too many people log in at this moment.", headers={"Retry-After": "1"})


class Passwords:
    """Hashes and verifies; at most `threads_max` at a time, with at most `queue_max` more waiting.

    `words` are the installation's own, of which nobody shall make a password.
    """

    def __init__(self, *, threads_max: int, queue_max: int, words: Sequence[str] = ()) -> None:
        self._words = (*PRODUCT_WORDS, *words)
        self._hasher = Argon2Hasher(memory_cost=MEMORY_KIB, time_cost=PASSES, parallelism=LANES)
        self._pool = ThreadPoolExecutor(threads_max, thread_name_prefix="password")
        self._places = threads_max + queue_max
        # Verified where there is no account, so that an unknown login takes as long as a wrong password.
        self._nobodys_hash = self._hasher.hash(secrets.token_urlsafe())

    def refuse_weak(self, password: str, *, field: str, email: str, user_name: str) -> None:
        """Let nobody choose a password that others would try first. Raises `WeakPasswordError` naming the field."""
        refuse_weak(password, field=field, words=[*self._words, *words_of(email, user_name)])

    async def hash(self, password: str) -> str:
        """Return the hash. Raises `TooManyPasswordsError`."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Tell whether it is the password; never, but after the same time, without a hash.

        Raises `TooManyPasswordsError`.
        """
        matches = await self._run(lambda: self._hasher.verify(password, password_hash or self._nobodys_hash))
        return matches and password_hash is not None

    async def renewed(self, password: str, password_hash: str) -> str | None:
        """Return another hash of a password just verified, where today's parameters are not those of this one.

        Raises `TooManyPasswordsError`.
        """
        return await self.hash(password) if self._hasher.check_needs_rehash(password_hash) else None

    async def close(self) -> None:
        """Let the ones at work finish; drop those that wait."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._places == 0:
            raise TooManyPasswordsError
        self._places -= 1
        future = self._pool.submit(work)
        # Freed when the thread is done, not when the client has lost its patience.
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._free))
        return await asyncio.wrap_future(future)

    def _free(self) -> None:
        self._places += 1
