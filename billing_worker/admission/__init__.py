"""Answers signaling: may this session connect, may this call ring, is the next minute paid?

`people` finds accounts, `admit` reads, `authorize` and `renew` decide over locked rows, `service` answers a batch.
"""
