"""The measurements themselves are tried."""
