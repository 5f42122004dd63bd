"""The bus: what the programs say to one another, over RabbitMQ or inside one process.

`interface` is the promise, `topology` the exchanges and queues as data, `consuming` what both transports do with
a batch (isolate the bad message, wait out an outage), `rabbit` and `memory` the transports.
"""
