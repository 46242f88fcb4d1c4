# What R's rtracklayer makes of a scan's files, as tab-separated lines: kind, file, cells.
#
#     Rscript scripts/readers/read.R REQUEST.tsv ANSWER.tsv
#
# A line of the request is (kind, name, path), and for values and sequence (chrom, start, end) with
# it, 1-based.
suppressPackageStartupMessages(library(rtracklayer))
words <- commandArgs(trailingOnly = TRUE)
asked <- read.delim(words[1], header = FALSE, colClasses = "character")
answer <- file(words[2], "w")
say <- function(...) cat(paste(..., sep = "\t"), sep = "\n", file = answer)
plain <- function(x) format(x, digits = 17, scientific = FALSE, trim = TRUE)

read_values <- function(name, path, place) {
  found <- import.bw(path, which = place)
  bases <- rep(NaN, width(place))
  for (i in seq_along(found)) {
    at <- seq(max(start(found)[i], start(place)), min(end(found)[i], end(place)))
    bases[at - start(place) + 1] <- score(found)[i]
  }
  label <- paste0(seqnames(place), ":", start(place), "-", end(place))
  say("values", name, label, paste(ifelse(is.nan(bases), "nan", plain(bases)), collapse = "\t"))
}

read_rows <- function(kind, name, found) {
  cells <- as.data.frame(mcols(found)[setdiff(names(mcols(found)), c("thick", "blocks"))])
  cells[] <- lapply(cells, function(x) if (is.numeric(x)) plain(x) else as.character(x))
  rows <- data.frame(seqnames(found), start(found), end(found), strand(found), cells)
  say("columns", name, paste(names(cells), collapse = "\t"))
  for (i in seq_len(nrow(rows))) say(kind, name, paste(unlist(lapply(rows[i, ], as.character)), collapse = "\t"))
}

kinds <- c("character", "character", rep("numeric", 5), "character", "character", rep("numeric", 3), "integer", "character")
names(kinds) <- c("motifId", "source", "relSum", "relZ", "seqP", "relP", "qValue", "model", "region", "qWord", "qPlace", "chance", "bound", "family")

for (i in seq_len(nrow(asked))) {
  row <- asked[i, ]
  kind <- row$V1; name <- row$V2; path <- row$V3
  tried <- try({
    if (kind %in% c("values", "sequence")) {
      place <- GRanges(row$V4, IRanges(as.integer(row$V5), as.integer(row$V6)))
      if (kind == "values") read_values(name, path, place)
      else say("sequence", name, as.character(import(path, which = place)))
    } else if (kind == "bigbed") read_rows(kind, name, import(path, format = "bigBed"))
    else if (kind == "hits") read_rows(kind, name, import(path, format = "BED", extraCols = kinds))
    else read_rows(kind, name, import.bed(path))
  }, silent = TRUE)
  if (inherits(tried, "try-error")) say("failed", name, gsub("[\t\n]", " ", tried))
}
say("version", "rtracklayer", as.character(packageVersion("rtracklayer")))
close(answer)
