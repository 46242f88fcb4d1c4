"""The steps of a training: data, networks, the loop, and its record."""
