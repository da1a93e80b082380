"""The account of a step: every quantity in symbols and numbers, as one JSON trace, and what is printed of it."""
