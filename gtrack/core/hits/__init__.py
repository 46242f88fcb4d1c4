"""Motif hits: motifs, sites, what relevance does by chance, and q-values."""
