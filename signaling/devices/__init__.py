"""Connected devices: how they come, are lost, come back and go, and what reaches them."""
