"""From a plan to tracks: the work of one shard, its merge, and what is listed."""
