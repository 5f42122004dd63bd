"""Whole journeys through the real doors of the real programs, on both ways of running them."""
