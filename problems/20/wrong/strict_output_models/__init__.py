"""Thinks stored records obey the rules for new ones."""
