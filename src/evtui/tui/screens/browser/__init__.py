"""The browser: the table of datasets, a preview of the highlighted one, loads and memory.

=========  ==========================================================
table      the keys of the table: cursor, order, filter
noticing   keeps the rows true: what is learned, changes, goes or comes
surveying  what is in the table: what is found under the paths
watching   the gauge of memory and cache
loading    opening, loading into the cache, freeing
screen     all of it as one screen
=========  ==========================================================
"""
