"""What a hub is made of, and whether it is right."""
