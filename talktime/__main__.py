"""The entry: quiet on Ctrl-C from the first moment, before anything else is even imported."""

import signal


def main() -> None:
    """Enter from the command line."""
    # Until the programs listen to signals themselves, Ctrl-C ends the process without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from talktime.command_line import talktime

    talktime(prog_name="talktime")


if __name__ == "__main__":
    main()
