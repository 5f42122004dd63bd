"""Which STUN and TURN servers the media of a call may use."""
