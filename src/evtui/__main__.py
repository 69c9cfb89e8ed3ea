"""``python -m evtui``."""

from evtui.cli import main

if __name__ == "__main__":
    main()
