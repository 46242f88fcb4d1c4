"""One page with the top loci as figures, to mail: HTML and SVG that need nothing else."""
