"""Files that an audit leaves, to be compared with the books of a later day.

What `talktime audit --json` prints has the seal: it proves that nothing before it was changed. What `--chains`
writes has the end of every wallet's chain as well, a line each: it also says whose entries were changed. Its first
and its last line are objects, the latter with the seal, so that a part of a file is not taken for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import msgspec
from msgspec import Struct

from billing_worker.audit.differences import Difference, Differences
from billing_worker.audit.seals import Sealing


class EarlierFileError(Exception):
    """The file is none that an audit made, or not all of it."""


class Sealed(Struct, frozen=True, omit_defaults=True):
    """A moment and its seal, which the first line of a file of chains does not know yet."""

    sealed_until: datetime
    seal: str = ""


class End(Struct, frozen=True, array_like=True):
    """Where the chain of a wallet ended."""

    account: UUID
    seq: int
    hash: str


class ChainWriter:
    """Writes the ends of all chains as they are found."""

    def __init__(self, file: IO[bytes], until: datetime) -> None:
        self._file = file
        self.sealing = Sealing(until, self._take)
        self._write(Sealed(until))

    def finish(self) -> None:
        """Write the seal, once all entries were taken."""
        self._write(Sealed(self.sealing.until, self.sealing.seal.hex()))

    def _take(self, account: UUID, seq: int, entry_hash: bytes) -> None:
        self._write(End(account, seq, entry_hash.hex()))

    def _write(self, line: Sealed | End) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")


class Earlier:
    """An earlier day's file, compared wallet by wallet while the entries of today are fed to `sealing`.

    Where the file is of a seal alone, only that is compared, at the end.
    """

    def __init__(self, sealed: Sealed, chains: Iterator[bytes] | None) -> None:
        self.sealing = Sealing(sealed.sealed_until, None if chains is None else self._take)
        self._seal = sealed.seal
        self._chains = chains
        self._differences = Differences()
        self._next = self._read()

    def finish(self, found: Differences) -> None:
        """Tell what is another now, once all entries were taken. Raises `EarlierFileError` for a part of a file."""
        self._skip(until=None)
        if not self._seal:
            raise EarlierFileError("it is cut off: its last line has no seal")
        for each in self._differences:
            found.add(each)
        now = self.sealing.seal.hex()
        if now != self._seal and not self._differences.count:
            what = f"what was booked before {self.sealing.until.isoformat()} is not what was sealed"
            found.add(Difference(check="seal", message=what, expected=self._seal, found=now))

    def _take(self, account: UUID, seq: int, entry_hash: bytes) -> None:
        self._skip(until=account)
        now = End(account, seq, entry_hash.hex())
        was = self._next if self._next is not None and self._next.account == account else None
        if was != now:
            self._differ(account, was, now)
        if was is not None:
            self._next = self._read()

    def _skip(self, *, until: UUID | None) -> None:
        """Tell the wallets of the file that have no such entries today."""
        while self._next is not None and (until is None or self._next.account < until):
            self._differ(self._next.account, self._next, None)
            self._next = self._read()

    def _differ(self, account: UUID, was: End | None, now: End | None) -> None:
        until = self.sealing.until.isoformat()
        what = f"its entries before {until} are not what was sealed: they ended {_said(was)}, now {_said(now)}"
        self._differences.add(
            Difference(
                check="seal.chain",
                message=what,
                account=account,
                expected=was and [was.seq, was.hash],
                found=now and [now.seq, now.hash],
            )
        )

    def _read(self) -> End | None:
        line = b"" if self._chains is None else next(self._chains, b"")
        try:
            if line.startswith(b"["):
                return msgspec.json.decode(line, type=End)
            if line:
                self._seal = msgspec.json.decode(line, type=Sealed).seal
        except msgspec.DecodeError as error:
            raise EarlierFileError(f"a line of it is none of an audit's: {error}") from error
        return None


@contextmanager
def earlier_file(path: Path) -> Iterator[Earlier]:
    """Open a file that an earlier audit left. Raises `EarlierFileError`, `OSError`."""
    with path.open("rb") as file:
        first = file.readline()
        try:
            sealed = msgspec.json.decode(first, type=Sealed)
        except msgspec.DecodeError:
            file.seek(0)
            yield Earlier(_sealed(file.read()), None)
        else:
            yield Earlier(sealed, None if sealed.seal else iter(file))


def _sealed(document: bytes) -> Sealed:
    try:
        return msgspec.json.decode(document, type=Sealed)
    except msgspec.DecodeError as error:
        raise EarlierFileError(f"it is nothing that an audit left: {error}") from error


def _said(end: End | None) -> str:
    return "nowhere" if end is None else f"with number {end.seq} ({end.hash[:12]}…)"
