"""Thinks a page of the greatest size holds everybody."""
