"""Frozen records, one lock for the store, pydantic in the core, errors answered without handlers."""
