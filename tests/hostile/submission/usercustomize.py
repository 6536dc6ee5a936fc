"""Must never be loaded."""

print("LOADED usercustomize")
