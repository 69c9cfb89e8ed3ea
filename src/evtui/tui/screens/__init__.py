"""The screens: each routes messages between the widgets it lays out."""
