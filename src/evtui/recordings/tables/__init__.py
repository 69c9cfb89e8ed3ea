"""Rows of four columns: NumPy files, text and CSV; decoded whole."""
