"""What the harness says when it cannot give a test what it needs."""


class UnavailableServiceError(Exception):
    """A real service could be had in none of the known ways; the message lists them and what each one said."""


class TookTooLongError(Exception):
    """Something did not happen within its limit; the message carries what was seen instead."""
