"""Self-joins: every row's neighbours among all rows of the same matrix."""
