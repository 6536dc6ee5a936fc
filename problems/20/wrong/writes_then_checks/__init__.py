"""Thinks the e-mails can be compared after the user is in."""
