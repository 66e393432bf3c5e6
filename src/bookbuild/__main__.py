"""The command ``bookbuild``, also as ``python -m bookbuild``."""

import signal


def main() -> None:
    """Load the program and run it; until it can tell of an interruption, Ctrl-C just ends it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from bookbuild.cli import main as command

    command()


if __name__ == "__main__":
    main()
