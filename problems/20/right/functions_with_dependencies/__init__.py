"""Functions that are handed what they need; absolute imports; endpoints that await threads."""
