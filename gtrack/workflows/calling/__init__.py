"""What a call of motif hits leaves."""
