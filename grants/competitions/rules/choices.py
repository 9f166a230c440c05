"""The words from which a notice chooses: ranking methods, tie rules, whose totals make a finalist."""

from enum import StrEnum


class RankingMethod(StrEnum):
    """How final totals become an order."""

    RANK_SUM = "rank_sum"
    MEAN = "mean"
    MEDIAN = "median"
    TRIMMED_MEAN = "trimmed_mean"


class TieRule(StrEnum):
    """Which ordinal rank a reviewer's equal totals receive."""

    AVERAGE = "average"
    MINIMUM = "minimum"
    DENSE = "dense"


class TieBreak(StrEnum):
    """What decides between applications that the method leaves equal."""

    FINAL_MEAN = "final_mean"
    NONE = "none"


class FinalistStatus(StrEnum):
    """Which totals the threshold is applied to."""

    INITIAL = "initial"
    FINAL = "final"
