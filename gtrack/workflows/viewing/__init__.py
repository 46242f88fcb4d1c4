"""The files of a folder that a viewer may read, whoever hands them out."""
