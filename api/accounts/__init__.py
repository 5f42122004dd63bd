"""Accounts: registering, and who one is."""
