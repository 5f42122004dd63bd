"""The bus: what the programs say to one another, over RabbitMQ or inside one process.

`interface` is the promise, `topology` the exchanges and queues as data, `rabbit` and `memory` the transports. What
both do knows of neither: `batches` (take what is there), `consuming` (isolate the bad message, wait out an outage),
`asking` (the two sides of a request).
"""
