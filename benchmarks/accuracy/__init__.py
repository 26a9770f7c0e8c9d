"""How often the grader is right: wrong programs found by the declared check, and right programs accused."""
