"""A question to cited sentences, or declined."""
