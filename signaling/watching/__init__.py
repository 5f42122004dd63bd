"""Who is here, for the others, and whom the devices here watch.

`reporting` tells billing, `hints` tells the nodes that watch, `watching` asks billing for the devices here.
Hints carry nothing but an account: what somebody may know of another is billing's to say, each time anew.
"""
