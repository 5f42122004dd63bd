"""The OpenAPI document against the running program (E2)."""
