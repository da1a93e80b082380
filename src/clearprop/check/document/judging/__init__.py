"""Sides held against each other: what differs, why, and what would mend it."""
