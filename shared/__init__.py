"""What two or more of the programs need: settings, models, ledger, tokens, messages, bus."""
