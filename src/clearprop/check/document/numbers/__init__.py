"""Formulas as numbers of real networks."""
