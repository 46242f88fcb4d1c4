"""The nouns of a scan and their arithmetic: windows, plan, shards, projection, null windows."""
