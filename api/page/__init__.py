"""The browser client at `/`: what `web/` was built into, served from memory."""
