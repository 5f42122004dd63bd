"""What a device was sent, by number, so that nothing is lost or told twice when it comes back on another socket."""

from __future__ import annotations

from collections import deque


class Numbering:
    """The numbers of one device, both ways. Messages are kept until the device says that they came.

    At most `messages_max` messages of together `bytes_max` bytes are kept, newest first: whoever misses more than
    that has missed too much, and is told how things stand instead.
    """

    def __init__(self, *, messages_max: int, bytes_max: int) -> None:
        self._messages_max = messages_max
        self._bytes_max = bytes_max
        self._kept: deque[bytes] = deque()
        self._kept_bytes = 0
        self.sent = 0
        """The number of the last message to the device."""
        self.taken = 0
        """The greatest number of a message of the device that was taken."""

    def number(self, text: bytes) -> bytes:
        """Return the message, a JSON object that is not empty, with its number; it is kept."""
        self.sent += 1
        numbered = b'{"seq":%d,' % self.sent + text[1:]
        self._kept.append(numbered)
        self._kept_bytes += len(numbered)
        while len(self._kept) > self._messages_max or self._kept_bytes > self._bytes_max:
            self._drop_oldest()
        return numbered

    def acknowledge(self, received: int) -> None:
        """Keep what was sent up to this number no longer; one that was never sent says nothing."""
        if received > self.sent:
            return
        while self._kept and self._first_kept <= received:
            self._drop_oldest()

    def missed(self, received: int) -> tuple[bytes, ...] | None:
        """Return what was sent after this number, in order; None where it is not all there any more.

        A number that was never sent is of somebody else's numbering, and nobody knows what came.
        """
        if not self.keeps_all_after(received):
            return None
        self.acknowledge(received)
        return tuple(self._kept)

    def keeps_all_after(self, received: int) -> bool:
        """Whether all that was sent after this number can be told again."""
        return self._first_kept - 1 <= received <= self.sent

    def take(self, number: int | None) -> bool:
        """Whether a message of the device with this number is to be taken, or was before; none is always new."""
        if number is None:
            return True
        if number <= self.taken:
            return False
        self.taken = number
        return True

    def begin_again(self) -> None:
        """Forget what was, both ways."""
        self._kept.clear()
        self._kept_bytes = self.sent = self.taken = 0

    @property
    def _first_kept(self) -> int:
        return self.sent - len(self._kept) + 1

    def _drop_oldest(self) -> None:
        self._kept_bytes -= len(self._kept.popleft())
