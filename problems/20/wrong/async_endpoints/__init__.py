"""Thinks `async def` makes an endpoint fast."""
