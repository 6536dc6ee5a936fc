"""Must never be loaded."""

print("LOADED pytest")
