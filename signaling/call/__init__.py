"""A call's life as pure code: no input or output, no clock, no event loop.

`machine.place` makes a call, `machine.step` takes one input and the time and returns the effects, in order.
One `Call` an invite; the signaling node of the caller owns it and feeds it one input at a time, which decides
all races.

What a party may say, and what it does:

============== ============= ============= ================== ====================== =======
               authorizing   ringing       connecting         active, reconnecting   ended
============== ============= ============= ================== ====================== =======
accept         illegal       callee        illegal            illegal                not in
decline        (callee)      callee        illegal            illegal                not in
cancel         `cancelled`   `cancelled`   `cancelled`        `hung_up`              not in
hang up        `cancelled`   `cancelled`,  `hung_up`          `hung_up`              not in
                             `declined`
connected      illegal       illegal       both: active       nothing new            not in
connect failed illegal       illegal       `connect_failed`   illegal                not in
media          illegal       illegal       forwarded          forwarded              not in
============== ============= ============= ================== ====================== =======

Cancel is the caller's, decline the callee's. "Illegal" is answered with `illegal_step`, and a device that has
no part in the call (another one won, the call is over, a stranger) with `not_in_call`: a late message is
answered, never acted on. A cancel that crosses the start of talk time hangs up, because its sender's wish is
the same.

Lost devices. The two parties' devices are waited for during the resume window in every state, so a short loss
while ringing does not end a call. If the window passes, the caller has `cancelled` before the accept, and the
call is `lost` after it. Talk time does not start, and minutes are not renewed, while a device is lost; if the
call ends then, for whatever reason, talk time is what it was at the lost device's last proof of life, the
earlier one of two. A device that merely rings and is lost goes on ringing: it may come back, and must learn
how it ended. A call with no ringing device left rings on until its time is over. What one party says is sent
to the other even while that one is lost.

Another owner. A node that no longer owns a call ends its copy without a word: the call goes on elsewhere.
"""
