"""Which bases made the model say so."""
