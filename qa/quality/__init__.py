"""What examines it: every invariant, and how often answers are right."""
