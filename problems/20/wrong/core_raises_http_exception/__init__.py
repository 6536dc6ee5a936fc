"""Thinks the service may raise what the framework understands anyway."""
