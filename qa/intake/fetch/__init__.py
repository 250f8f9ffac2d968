"""A web address to its bytes, from public places only."""
