"""Folders → datasets: discovery, remembered metadata, previews."""
