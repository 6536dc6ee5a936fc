"""Thinks a service is as cheap to make as a request."""
