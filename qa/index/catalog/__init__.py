"""The SQLite catalog: texts, spans, vectors and full text, read one consistent state at a time."""
