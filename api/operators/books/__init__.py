"""The books: statements of accounts and of the house, and what they come to at a moment."""
