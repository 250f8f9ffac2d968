"""The page: what stands where, and what happens on each event."""
