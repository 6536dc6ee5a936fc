"""Thinks the text of an error helps the client."""
