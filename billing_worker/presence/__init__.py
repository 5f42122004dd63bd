"""Who is connected where, as signaling nodes say it, and what watchers may know of it.

`arriving` and `leaving` write, `reach` and `answers` read; a node that falls silent counts as gone, with everybody
who is there.
"""
