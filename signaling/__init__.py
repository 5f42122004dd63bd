"""Connected devices and live calls.

`door` lets sockets in, `sockets` carries their frames, `devices` knows who is there, `live_calls` moves each
`call` on and does what it wants done, `billing` asks about money and `announcing` tells what happened.
"""
