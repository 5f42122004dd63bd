"""How appliers say that an event cannot be carried out, now or ever."""


class ReplayRefusedError(Exception):
    """It cannot be carried out; the text says why, what all of a kind have in common first, then a colon."""
