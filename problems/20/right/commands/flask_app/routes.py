"""Nothing: the views are made in app.py."""
