"""What people do with it: ask, search, add, edit, remove, converse."""
