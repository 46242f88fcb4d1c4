"""What a training sees: examples, their split, the draws, and the unit of values."""
