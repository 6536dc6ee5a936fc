"""Thinks what is false is not there."""
