"""Thinks a rule belongs where the first client needed it."""
