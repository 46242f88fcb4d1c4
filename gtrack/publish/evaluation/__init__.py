"""``evaluation.html``: which explanation to trust for what, on one page that needs nothing else."""
