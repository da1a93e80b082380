"""Are the gradients right? Those of a network, or of any function, entry by entry."""

from clearprop.check.gradients.entry import check_gradients
from clearprop.check.gradients.network import TOLERANCE, complex_step
from clearprop.check.gradients.verdict import Entry, Finding, GradientCheck

__all__ = ["TOLERANCE", "Entry", "Finding", "GradientCheck", "check_gradients", "complex_step"]
