"""Has a dataset changed: compare any two profiles by effect size, never reading the data again."""
