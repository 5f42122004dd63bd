"""The billing worker, on real PostgreSQL wherever it has one."""
