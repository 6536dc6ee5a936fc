"""Thinks a header that holds the token will do."""
