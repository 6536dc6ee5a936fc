"""A command for each operation, with a handler that is found by its type; views as classes."""
