"""Payments: what a provider is asked for, and what it confirms."""
