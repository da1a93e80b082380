"""Worksheets on one step of a network: made, written in several formats, and marked."""
