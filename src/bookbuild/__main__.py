"""``python -m bookbuild``."""

from bookbuild.cli import main

if __name__ == "__main__":
    main()
