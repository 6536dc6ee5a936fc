"""Thinks an error knows best which status it becomes."""
