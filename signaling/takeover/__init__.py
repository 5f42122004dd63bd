"""Calls whose owner is gone, or about to go: another node takes them over, if billing agrees.

The owner is asked first, wherever it can answer: so a call never moves for a device's sake alone, and what an
owner hands over is exact. What a ticket says counts only where nobody answers. Either way the row of the call in
the database decides between two nodes that want it at once, and what an earlier owner says holds and ends nothing.
"""
