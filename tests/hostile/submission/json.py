"""Must never be loaded."""

print("LOADED json")
