"""A scan's folder: what lies in it, how far it is, and which files are gtrack's."""
