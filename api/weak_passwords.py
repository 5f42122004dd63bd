"""Which new passwords are too easy to guess (NIST SP 800-63B, 5.1.1.2); no kind of characters is demanded."""

import re
from collections.abc import Iterable
from functools import cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from api.problems import FieldError, InvalidFieldsError

PRODUCT_WORDS = ("talktime",)
"""Known to everybody who sees the page; the setting `password_words` has the installation's own."""
BESIDES_CHARS_MIN = 7
"""So much must a password have besides a common word, or the words that everybody connects with the account."""
KINDS_OF_CHARS_MIN = 6
"""Different characters; with fewer it is a repetition."""
WORD_CHARS_MIN = 3
"""Shorter words are in too many good passwords."""

_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_SPLIT = re.compile(r"[\W_]+")
_RUNS = (
    "0123456789" * 3,
    "abcdefghijklmnopqrstuvwxyz" * 2,
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)


class WeakPasswordError(InvalidFieldsError):
    """The new password is among the first that anybody would try."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(FieldError(field, f"Too easy to guess: {reason}"))


def refuse_weak(password: str, *, field: str, words: Iterable[str]) -> None:
    """Raise `WeakPasswordError` for a common password, a repetition, a run of keys, or one made of these words."""
    reason = _why_weak(password.casefold(), {word.casefold() for word in words})
    if reason is not None:
        raise WeakPasswordError(field, reason)


def words_of(email: str, user_name: str) -> list[str]:
    """Return what everybody connects with an account: the name, the address, and the parts of both."""
    return [user_name, *_SPLIT.split(user_name), email, email.partition("@")[0], *_SPLIT.split(email)]


def _why_weak(password: str, words: set[str]) -> str | None:
    if len(set(password)) < KINDS_OF_CHARS_MIN:
        return "it repeats a few characters"
    if any(password in run or password in run[::-1] for run in _RUNS):
        return "it is a run of keys"
    rest = password
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "") if len(word) >= WORD_CHARS_MIN else rest
    if len(rest) < BESIDES_CHARS_MIN or (rest != password and _is_well_known(rest)):
        return "it is little more than a name that everybody knows"
    return "it is a common password or word" if _is_well_known(password) else None


def _is_well_known(text: str) -> bool:
    core = _ENDS.sub("", text)
    return text in _well_known() or (core in _well_known() and len(text) - len(core) < BESIDES_CHARS_MIN)


@cache
def _well_known() -> frozenset[str]:
    """Return leaked passwords, frequent words and names, as zxcvbn collected them: 90 000, 13 000 long enough."""
    return frozenset(word for words in FREQUENCY_LISTS.values() for word in words)
