"""What is left out of a recording's events before they are shown: noise, hot pixels, a polarity."""
