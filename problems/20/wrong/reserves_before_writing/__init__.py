"""Thinks what is about to be written is as good as written."""
