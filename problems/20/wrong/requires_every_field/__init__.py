"""Thinks every record has every field."""
