"""Thinks FastAPI raises only its own HTTPException."""
