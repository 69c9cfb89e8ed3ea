"""Clock, transport and frame reader: what is shown when.  Plain state machines, no screen."""
