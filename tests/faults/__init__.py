"""The fault suite (docs/faults.md): real processes under load, faults, and an independent checker.

`proxy`, `database`, `stage` are what it runs on; `phone`, `people`, `promises` the load; `books`, `checking` the
checker; `injecting`, `messages`, `hostile` the faults; `campaign`, `trials`, `table` what becomes of them.
"""
