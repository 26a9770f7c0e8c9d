"""Reading the catalogue: YAML with positions, validation, messages, JSON Schema."""
