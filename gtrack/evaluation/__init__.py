"""What relevance maps are worth: measures in NumPy, blind to models, files and publishing."""
