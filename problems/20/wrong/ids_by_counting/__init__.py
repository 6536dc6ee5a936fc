"""Thinks a new id is the number of records plus one, unless the client sends a better one."""
