"""What a call may cost somebody: one answer for admission, which holds the money, and the quote, which promises it.

`budget` says what a minute costs, how many can be paid and why not more; `day` when the day began that a limit is
for; `spent` what was charged since.
"""
