"""The one place that knows the kinds: a question of a kind to its answer, or left to the plain way."""

from __future__ import annotations

from qa.answer.kinds.asking import Asking, Told
from qa.answer.kinds.counting import counting
from qa.answer.kinds.listing import listing
from qa.answer.kinds.overview import overview
from qa.answer.kinds.saying import opinions, quoting, saying
from qa.answer.kinds.sides import sides
from qa.answer.kinds.timeline import timeline


def tell(asking: Asking) -> Told | None:
    """Return the answer of the kind that is asked for; None where a plain one serves better."""
    match asking.request.kind:
        case "overview":
            return overview(asking)
        case "timeline":
            return timeline(asking)
        case "count" | "results":
            return counting(asking)
        case "list":
            return listing(asking)
        case "comparison":
            return sides(asking)
        case "speech":
            return saying(asking)
        case "quotation":
            return quoting(asking)
        case "opinion":
            return opinions(asking)
    return None
