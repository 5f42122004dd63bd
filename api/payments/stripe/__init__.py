"""Stripe as a payment provider. Imported only where it is configured: its library is large."""
