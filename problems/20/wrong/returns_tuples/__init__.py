"""Thinks a service answers with a body and a status."""
