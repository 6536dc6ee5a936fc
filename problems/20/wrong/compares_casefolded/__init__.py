"""Thinks e-mails are the same whatever their capitals are."""
