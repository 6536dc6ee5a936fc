"""Thinks records that it has made itself need no copies."""
