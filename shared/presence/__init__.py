"""Whether somebody can be called now, for those who may know: one rule for the API and for billing."""
