"""The books that planted damage is done to: those of the audit's own tests, in which there is everything."""

from tests.billing_worker.audit.conftest import books, clock, kept_books, names

__all__ = ["books", "clock", "kept_books", "names"]
