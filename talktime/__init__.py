"""The command line: runs each program, or all three in one process; composition only, no business rules."""
