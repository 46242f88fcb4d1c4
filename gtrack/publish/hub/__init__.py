"""Track hubs: the text that UCSC, igv.js and IGV read, its pages, and the rules they must keep."""
