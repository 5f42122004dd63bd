"""Become another program that cannot outlive the one that started it. Run as a script, by `talktime.child`.

    python -I -S leash.py <parent pid> <signal> <user or "-"> <program> [argument …]

It imports nothing of ours: it must run as any user, from any folder.
"""

# Everything is imported before the change of user, who may not be allowed to read our Python.
import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change the user, ask the kernel for the signal, and turn into the program."""
    parent, signal_number, user, *command = sys.argv[1:]
    if user != "-":
        become(pwd.getpwnam(user))
    # After the change of user, which takes the request back.
    die_with_parent(int(signal_number))
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - the caller gives an absolute path and no shell is wanted


def become(account: pwd.struct_passwd) -> None:
    """Take a user's identity and groups, for good."""
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def die_with_parent(signal_number: int) -> None:
    """Have the kernel signal us when the thread that started us ends. Linux only; elsewhere nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


if __name__ == "__main__":
    main()
