"""Grading a class: from an LMS's download to what it takes back. Read `runner.py` first."""
