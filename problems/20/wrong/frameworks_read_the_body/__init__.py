"""Thinks the frameworks read JSON alike."""
