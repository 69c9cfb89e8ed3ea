"""The catalogue: what was learned of datasets, remembered across runs in one SQLite file.

=========  ==================================================================
catalogue  what is remembered, asked for and put by dataset
tables     the three kinds of it: how they are packed, how many are kept
writer     what was put is written soon, in a thread beside whoever put it
database   the file: opened, shared with other programs, made anew if damaged
faults     what can be wrong with the file, in words
=========  ==================================================================
"""

from evtui.library.catalogue.catalogue import Catalogue, Holding

__all__ = ["Catalogue", "Holding"]
