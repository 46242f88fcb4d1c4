"""What readers of a finished scan get; its modules meet only in the manifest."""
