"""Accounts: registering, the own profile and password, leaving."""
