"""A figure of loci for a paper: letters as vectors, text that stays text, sizes in millimetres."""
