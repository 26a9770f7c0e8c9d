"""What a batch leaves behind, made from its journal."""
