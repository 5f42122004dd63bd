"""Statements as CSV (RFC 4180): oldest first, from an opening to a closing balance, in bounded memory.

`periods` says which entries, `table` writes rows, `accounts` reads those of accounts, `houses` those of the house.
"""
