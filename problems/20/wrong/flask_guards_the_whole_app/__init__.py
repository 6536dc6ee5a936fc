"""Thinks a hook of the app runs only for its routes."""
