"""The widgets: each posts messages and draws what it is given."""
