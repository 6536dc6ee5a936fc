"""Thinks each adapter words its errors as it likes."""
