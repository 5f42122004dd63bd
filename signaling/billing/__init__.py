"""What signaling says to billing: questions that want an answer, and events that must not be lost."""
