"""Prophesee RAW (EVT2, EVT2.1, EVT3) and DAT: opened in place, words decoded by block."""
