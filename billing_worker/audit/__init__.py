"""Looks through all books, independently of the code that wrote them, and says what does not fit.

`snapshot` is one moment of the database, read row by row; `walking` goes along every wallet's chain of entries,
a `wallet` being what is known on the way; `diagnosis` says what of an altered entry is another than it was.
`ledger_checks`, `call_checks`, `payment_checks` and `price_checks` are questions that the database answers,
`asking` puts them. `differences` collects what is found. `seals` proves that what was booked before a moment is
still there, unchanged, with the files of `chain_files`. `auditing` does all of it, `keeping` stores what came of
it, `nightly` has it done once a day, `measuring` tells it to Prometheus.
"""
