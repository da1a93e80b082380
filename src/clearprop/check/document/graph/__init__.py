"""A text's own network: its quantities computed by its own definitions, whatever their letters mean by custom."""
