"""Stripe as a payment provider, against a stand-in for its API and events signed by its own library."""
