"""What is measured in a region of interest: its statistics, and the frequency of what it sees."""
