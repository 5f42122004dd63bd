"""Turns what happened in calls into money, once.

`inbox` makes events of deliveries, `registers` lets events change a call in any order and number, `charging` turns
an ended call's holds into its charge, `settle` does it for a batch in one transaction, `consumer` stands at the
queue.
"""
