"""Snakemake as an engine: pieces in jobs of its own, here or where its executors lead.

``Snakefile`` is also a workflow by itself (``gtrack workflow``), beside examples of profiles.
"""
