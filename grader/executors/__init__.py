"""How a submission's files become programs: one file a language. Read `build.py` first."""
