"""The steps of ``gtrack evaluate``."""
