"""Thinks the GIL makes it safe to share a store."""
