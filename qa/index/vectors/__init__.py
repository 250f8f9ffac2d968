"""Dense search: Chroma as the catalog's mirror, exact where it is not sound."""
