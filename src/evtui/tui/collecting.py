"""Python's garbage collector, kept from looking through all that stays."""

from __future__ import annotations

import gc


def keep_from_collector() -> None:
    """Say that what there is now will stay: the collector no longer looks through it.

    It would stop the screen for a fifth of a second now and then, with the libraries and 10,000
    rows to look through.  Of what there is now, things that refer to each other in circles are
    never given back, also where they are let go of later, as screens are: so it is for moments
    when much has come that stays, and nothing is open that is closed again.
    """
    gc.freeze()
