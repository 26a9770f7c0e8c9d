"""An exercise and grading framework for interprocess communication."""

__version__ = "0.1.0"
