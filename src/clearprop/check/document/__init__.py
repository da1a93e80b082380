"""A written derivation, read and verified line by line.

sources -> formulas -> tokens -> statements -> parse -> notation -> world -> evaluate -> compare -> diagnose -> verdict:
data goes this way only.
"""

from clearprop.check.document.checker import check_document
from clearprop.check.document.verdict import DocumentCheck, Finding, UnreadFormula

__all__ = ["DocumentCheck", "Finding", "UnreadFormula", "check_document"]
