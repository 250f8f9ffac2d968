"""Read dates as articles and filters state them."""

from __future__ import annotations

from datetime import date, datetime


def parse_date(value: str) -> date:
    """Return the day of an ISO 8601 date or date-time. Raises ValueError."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return datetime.fromisoformat(value).date()
