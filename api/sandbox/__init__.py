"""The sandbox provider's own side: the checkout page where nobody pays anything. Not there in production."""
