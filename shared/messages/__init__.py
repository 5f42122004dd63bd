"""Every message of the system as a typed, tagged struct; JSON on the wire.

`events` are facts, `requests` want a reply, `notices` are pushed to an account's devices: these three travel on
the bus. `from_client` and `to_client` travel on the WebSocket. `registry` knows where each bus message goes.
"""
