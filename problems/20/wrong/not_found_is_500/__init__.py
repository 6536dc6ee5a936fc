"""Thinks the errors of the core that matter are those about input."""
