"""Billing: admits calls, charges them once, closes those whose end never came, and publishes what was stored.

Every batch is one transaction of three steps: lock the call rows, then the wallets; decide in plain Python; write.
"""
