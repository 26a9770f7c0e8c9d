"""Where students submit: what each LMS and CI system takes, and what it reads back. Read `base.py` first."""
