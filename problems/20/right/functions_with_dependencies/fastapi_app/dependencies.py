"""Nothing: the endpoints call plain functions."""
