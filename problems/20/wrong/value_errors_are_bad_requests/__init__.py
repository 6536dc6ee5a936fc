"""Thinks a ValueError can only come from reading JSON."""
