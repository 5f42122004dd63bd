"""Requests that name themselves, so that repeating them after a lost answer moves money once.

The header is that of draft-ietf-httpapi-idempotency-key-header-07. `requests` reads it, `answers` is what is
stored and given again, `rows` the table, `once` the two ways in which a route uses them, `errors` what a client may
hear.
"""
