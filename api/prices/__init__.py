"""What a minute costs: the default of new accounts, and the history of every price."""
