"""Thinks JSON in bytes is always in UTF-8; `json.loads` reads UTF-16 too."""
