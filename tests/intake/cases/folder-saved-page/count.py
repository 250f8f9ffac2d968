# boats


def count(quay):
    """Counts the boats at the quay of the harbour."""
    return len(quay)
