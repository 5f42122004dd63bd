"""The product as people see it: a real Chromium, real media, the real programs."""
