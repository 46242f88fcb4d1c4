"""The viewer of ``gtrack view``: its server, what that may hand out, and its page."""
