"""What operators do, behind doors of their own: each act by a session of theirs, with its row in the audit log.

`sessions` lets them in, `accounts`, `money`, `calls` and `figures` are what they see and do, `audit` keeps and
shows what they did. `acting` says whom they may act on, `appointing` who they are.
"""
