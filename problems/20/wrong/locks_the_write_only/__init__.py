"""Thinks a repository with a lock makes the whole service safe."""
