"""An article: its file, its text, its sentences and passages."""
