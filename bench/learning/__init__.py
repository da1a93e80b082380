"""How well and how fast learners learn real tables."""
