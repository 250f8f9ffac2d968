"""What examines it: every invariant, and how often answers are right."""

from typing import TYPE_CHECKING

from qa.core.public import offer

if TYPE_CHECKING:
    from qa.quality.doctor import examine
    from qa.quality.evaluate import evaluate_folder

__all__ = ["evaluate_folder", "examine"]
__getattr__ = offer(__name__, {"examine": "doctor", "evaluate_folder": "evaluate"})
