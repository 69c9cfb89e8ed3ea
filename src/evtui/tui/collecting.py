"""Python's garbage collector, kept from looking through all that stays."""

from __future__ import annotations

import gc


def keep_from_collector() -> None:
    """Say that what there is now will stay: the collector no longer looks through it.

    It would stop the screen for a fifth of a second now and then, with the libraries and 10,000
    rows to look through.  What nobody refers to any more is given back all the same, but for
    things that at this moment refer to each other in circles and to which nobody else does.
    """
    gc.freeze()
