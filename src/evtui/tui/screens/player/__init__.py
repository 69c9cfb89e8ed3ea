"""The player: the event view, the timeline and the status line of one recording.

=========  ==========================================================
playing    opens and closes, paces frames, hands them to the view
moving     the keys that move through time
places     places worth going to: typed times, bookmarks, bursts
looking    the keys that change how events are shown
status     what the status line says
screen     all of it as one screen
=========  ==========================================================
"""
