"""Files of the field, one format per file; each reader refuses what it cannot read exactly."""
