"""Nouns and arithmetic of gtrack: NumPy only, no files, no network, no torch."""
