"""``python -m gtrack`` is ``gtrack``."""

from gtrack.cli import main

main()
