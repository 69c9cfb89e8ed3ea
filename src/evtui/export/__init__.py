"""Events and frames → files, written beside and renamed."""
