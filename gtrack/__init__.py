"""Which bases made the model say so."""

__version__ = "0.2.0"
"""The one place of the version; tests hold CITATION.cff and the plugin's package.json to it."""
