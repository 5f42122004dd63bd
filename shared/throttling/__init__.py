"""Limits that count across processes and survive restarts: `shares` is what is limited, `counters` counts it."""
