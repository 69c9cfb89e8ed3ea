"""HDF5 in its many layouts: opened in place, windows found by search."""
