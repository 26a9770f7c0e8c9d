"""Scores of a batch, sent to an LMS: LTI 1.3, Assignment and Grade Services 2.0."""
