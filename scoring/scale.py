"""Scales other than points (adjectives, 1-9, 1-5) and the share of a criterion's points each step earns."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Step:
    """One rating a reviewer may choose, and the published share of the points that it earns."""

    label: str
    share: Fraction
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The ratings of one criterion, best or worst first as published."""

    name: str
    steps: tuple[Step, ...]

    def share(self, label: str) -> Fraction | None:
        """Return the share of the points that this rating earns, or None if the scale lacks it."""
        return next((step.share for step in self.steps if step.label == label), None)

    def labels(self) -> tuple[str, ...]:
        """Return the ratings in published order."""
        return tuple(step.label for step in self.steps)

    def faults(self) -> tuple[str, ...]:
        """Return what is wrong with the scale, each as a sentence."""
        found: list[str] = []
        if len(self.steps) <= 1:
            found.append("A scale needs at least two ratings.")
        if len(set(self.labels())) < len(self.steps):
            found.append("Two ratings have the same name.")
        if any(not 0 <= step.share <= 1 for step in self.steps):
            found.append("A rating earns between none and all of the points.")
        shares = [step.share for step in self.steps]
        if shares not in (sorted(set(shares)), sorted(set(shares), reverse=True)):
            found.append("Each rating must earn more, or each less, than the one before.")
        return tuple(found)


def numbered(low: int, high: int, *, best: int) -> Scale:
    """Return a scale of whole numbers mapped linearly: s = p (v - worst) / (best - worst).

    `best` is one of the ends: 1 on the 1-9 scale of the National Institutes of Health, 5 on a 1-5 scale.
    """
    if best not in (low, high) or low >= high:
        message = "The best rating is one of the two ends, and the low end is below the high end."
        raise ValueError(message)
    worst = low + high - best
    steps = (Step(str(value), Fraction(value - worst, best - worst)) for value in range(low, high + 1))
    return Scale(f"{low} to {high}, {best} is best", tuple(steps))


def adjectival(name: str, shares: dict[str, Fraction]) -> Scale:
    """Return a scale of words, each with the published share of the points that it earns."""
    return Scale(name, tuple(Step(label, Fraction(share)) for label, share in shares.items()))
