"""The study behind docs/study.md: both models on seven kinds of sequence, explained and judged."""
