"""A module a file format."""
