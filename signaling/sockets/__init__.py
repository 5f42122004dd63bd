"""WebSockets, bounded in both directions: `wire` under Quart, `lean` inside it, `socket` above it."""
