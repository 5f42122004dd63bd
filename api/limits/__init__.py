"""What people want to spend at most."""
