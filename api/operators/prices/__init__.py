"""What callers of an account pay, the default price, and who set which price when."""
