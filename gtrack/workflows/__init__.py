"""One file per verb: glue between the rooms, no arithmetic."""
