"""Input made to harm: tokens, JSON, texts, and fields that are not the sender's to set."""
