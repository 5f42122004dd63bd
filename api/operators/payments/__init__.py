"""Payments as operators see to them: what goes back to the payer."""
