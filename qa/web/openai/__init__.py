"""A door for chat clients that speak OpenAI's API: a conversation in, sentences with footnotes out."""
