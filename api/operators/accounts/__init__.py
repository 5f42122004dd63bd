"""Finding accounts, looking at them, and keeping them from calling or from coming in."""
