"""Sentences found and scored for a question."""
