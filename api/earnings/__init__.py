"""What an account earns by being called."""
