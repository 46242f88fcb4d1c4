"""What passports are made of: windows of a finished scan, read and explained again."""
