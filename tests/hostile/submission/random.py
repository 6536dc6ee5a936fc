"""Must never be loaded."""

print("LOADED random")
