"""Must never be loaded."""

print("LOADED conftest")
