"""Which sentence comes first, for a reason that the reader does not see; a step leaves alone what it cannot better."""
