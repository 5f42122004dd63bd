"""A call's life as pure code: no input or output, no clock, no event loop."""
