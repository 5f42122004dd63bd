"""Why money does not move."""


class LedgerError(Exception):
    """A money operation that must not happen."""


class InsufficientFundsError(LedgerError):
    """The available money does not reach."""

    def __init__(self, *, needed_minor: int, available_minor: int) -> None:
        super().__init__(f"{needed_minor} needed, {available_minor} available")
        self.needed_minor = needed_minor
        self.available_minor = available_minor


class LedgerConflictError(LedgerError):
    """A wallet was written by somebody who did not hold its lock."""
