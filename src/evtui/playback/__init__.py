"""What is shown when: clock, transport, bursts, capping, reader, session.  No screen."""
