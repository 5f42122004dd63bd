"""Call tickets: what a device holds to prove its part in a call, whatever becomes of the node that it was at."""
