"""The systems: one file each, with `TARGET`."""
