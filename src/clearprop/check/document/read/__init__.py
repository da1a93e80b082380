"""From a file to statements: each a chain of small trees."""
