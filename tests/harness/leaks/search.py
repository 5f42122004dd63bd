"""Secrets that were used, lines that were logged, and whether one is in the other."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

PREFIX_CHARS = 8
"""Shorter secrets are not looked for. A line is searched once for the beginnings of all secrets."""
LINE_CHARS_MAX = 300

SHAPES = {
    "an access token": re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a candidate": re.compile(r"candidate:\S+ \d+ \w+ \d+ \S+ \d+ typ \w+"),
    "a session description": re.compile(
        r"\ba=(?:ice-pwd|ice-ufrag|fingerprint|candidate):\S|(?:\b|\\n)o=\S+ \d+ \d+ IN IP[46] "
    ),
}
"""What is one wherever it comes from: some are made where no test can see them, in a browser for one."""


@dataclass
class Watch:
    """Lines are searched when they are new and, since some secrets are learned late, once more at the end."""

    secrets: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """By their beginning: what kind of secret each one is."""
    lines: dict[str, str] = field(default_factory=dict)
    """Each line once, with who said it first."""
    fresh: list[str] = field(default_factory=list)

    def learn(self, kind: str, secret: str) -> None:
        """Look for this from now on."""
        if len(secret) >= PREFIX_CHARS:
            self.secrets[secret[:PREFIX_CHARS]].setdefault(secret, kind)

    def hear(self, source: str, line: str) -> None:
        """Take a line, or several, of a log."""
        for each in line.splitlines():
            if each not in self.lines:
                self.lines[each] = source
                self.fresh.append(each)

    def found(self, *, everywhere: bool = False) -> list[str]:
        """Return what new lines, or all lines, tell; without telling it."""
        lines, self.fresh = (list(self.lines) if everywhere else self.fresh), []
        return [said for line in lines if (said := self._leak(line)) is not None]

    def _leak(self, line: str) -> str | None:
        kinds = {kind: [shape.pattern] for kind, shape in SHAPES.items() if shape.search(line)}
        hidden = line
        for place in range(len(line) - PREFIX_CHARS + 1):
            for secret, kind in self.secrets.get(line[place : place + PREFIX_CHARS], {}).items():
                if line.startswith(secret, place):
                    kinds[kind] = []
                    hidden = hidden.replace(secret, f"<{kind}>")
        for shape in SHAPES.values():
            hidden = shape.sub("<hidden>", hidden)
        return f"{', '.join(kinds)} in the log of {self.lines[line]}: {hidden[:LINE_CHARS_MAX]}" if kinds else None
