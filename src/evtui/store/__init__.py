"""The app-level store: loaded recordings as LazyFrames, a memory budget, the loading worker."""
