"""Events → raster → cells: accumulation, views, glyphs, palettes, pictures.  Knows no files, no screen."""
