"""What gradebooks import: one file a gradebook."""
