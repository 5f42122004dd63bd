"""What signaling nodes say to one another, and the calls whose devices are connected to several of them."""
