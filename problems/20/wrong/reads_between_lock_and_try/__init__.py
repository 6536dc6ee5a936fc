"""Thinks only a write can fail."""
