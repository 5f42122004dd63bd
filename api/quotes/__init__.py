"""What a call would cost, and how long it could be."""
