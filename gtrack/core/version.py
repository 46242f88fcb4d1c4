"""The one place of the version; tests hold CITATION.cff and the plugin's package.json to it."""

__version__ = "0.2.0"
