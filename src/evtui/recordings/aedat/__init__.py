"""AEDAT 2, 3.1 and 4 of iniVation: decoded whole."""
