"""What the letters of a document are, and what network it is about."""
