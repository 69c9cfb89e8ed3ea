"""The browser: the table of datasets, a preview of the highlighted one, loads and memory.

=========  ==========================================================
table      the keys of the table: cursor, order, filter
surveying  what is in the table: found and learned of the paths
watching   the gauge of memory and cache
loading    opening, loading into the cache, freeing
screen     all of it as one screen
=========  ==========================================================
"""
