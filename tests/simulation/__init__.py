"""Simulates calls for months on a virtual clock, with faults drawn from a seed; nothing sleeps, nothing is awaited.

What decides is the product's own code: the call machine and its takeovers (`signaling.call`), billing's decisions,
registers and charges (`billing_worker`), the ledger. What it stands on is simulated: `agenda` is the clock,
`books` the rows and wallets, `wire` the broker and the way between nodes, `node` (with `running` and `arriving`)
signaling nodes, `person` people with a device, `weather` what goes wrong. `inspector` knows what truly happened
(`truth`), and holds everything to it; `world` puts it all together.
"""
