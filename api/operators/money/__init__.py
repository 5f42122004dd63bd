"""Prices and adjustments: what moves money, and therefore needs a login of the last minutes."""
