"""The nouns: exercise, plan, history, verdict, errors. Imports nothing else of this package."""
