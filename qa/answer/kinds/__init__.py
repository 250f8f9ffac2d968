"""Answers of other kinds than the sentence that says a fact: overview, timeline, list, count, sides, speakers."""
