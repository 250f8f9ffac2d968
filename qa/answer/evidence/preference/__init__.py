"""Which sentence comes first, for a reason that the reader does not see; each step leaves alone what it does not better."""
