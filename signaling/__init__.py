"""Connected devices and live calls.

`door` lets sockets in, `sockets` carries their frames, `devices` knows who is there, `live` moves each `call` on
and does what it wants done, `billing` asks about money and tells what happened. `app` wires all of it.
"""
