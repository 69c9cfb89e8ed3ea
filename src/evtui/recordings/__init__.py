"""A file → a Recording: info, windows of events, timeline, findings.  One module per format."""
