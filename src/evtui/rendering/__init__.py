"""Events → raster → shades → cells or pictures.  Knows no files and no screen."""
