"""What stands for a link's token in a stored mail, until the mail is handed over."""

import re

SEALED = re.compile(r"~([\w.]+~[\w-]+\.[\w-]+)~", re.ASCII)


def carries_key(text: str) -> bool:
    """Say whether a stored mail becomes one that opens a door to whoever reads it."""
    return SEALED.search(text) is not None
