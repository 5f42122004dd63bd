"""Everybody's calls: those that are live, and ending one."""
