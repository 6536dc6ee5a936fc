"""Thinks one store for the whole process is what everybody wants."""
