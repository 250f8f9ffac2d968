"""The two stores, catalog and Chroma, and their one writer."""
