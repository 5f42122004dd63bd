"""What a page has to know before anybody logs in."""
