"""What limits there are at the doors, and what comes of them."""
