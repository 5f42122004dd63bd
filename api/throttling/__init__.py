"""Limits that count across processes and survive restarts: `limits` says which there are, `throttle` counts."""
