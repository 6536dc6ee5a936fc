"""Thinks records that the store has made itself need no copies."""
