"""Must never be loaded."""

print("LOADED sitecustomize")
