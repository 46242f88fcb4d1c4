"""Where work runs. An engine knows processes and threads, and nothing of the science."""
