"""Small programs that race, and their right twins, under this grader and under other tools."""
