"""What scoring answers when an input is wrong or a figure cannot be computed: sentences, never NaN."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a stable code, a sentence for people, and the key it concerns."""

    code: str
    message: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Undefined:
    """A figure that does not exist for these scores, with the reason in a sentence."""

    reason: str


class Refused(ValueError):
    """Raised when a caller goes on with inputs that have faults; carries all of them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(fault.message for fault in self.faults))
