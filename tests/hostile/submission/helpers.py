"""Must never be loaded."""

print("LOADED helpers")
