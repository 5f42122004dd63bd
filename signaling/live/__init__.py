"""The calls that this node owns: they are given their inputs, and what they want done is done."""
