"""Replays the log of all events: what the database has already is left alone, what it lost is put back.

`reading` makes events of messages, `known` tells which of them the database has, `owners` which ends count, `holds`
puts back what authorizing and renewing a call had done, so that `billing_worker.settlement` can end it (`calls`),
`payments`, `balances` and `prices` book what the API had booked (`money`), each under the name that it had; `batch`
does all of that in one transaction, `replay` goes through the log and tries again what came too early, `tally`
counts.
"""
