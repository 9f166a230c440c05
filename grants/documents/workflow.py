"""The life of a letter and of a batch of letters."""

from enum import StrEnum

from grants.lifecycle.moves import move, workflow


class LetterStatus(StrEnum):
    """Where a letter is; a released one is superseded by another, never replaced."""

    DRAFT = "draft"
    MADE = "made"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


LETTER = workflow(
    "letter",
    LetterStatus,
    initial=LetterStatus.DRAFT,
    final=[LetterStatus.SUPERSEDED, LetterStatus.DISCARDED],
    moves=[
        move("make", ["draft"], "made", permission="letter.make", happened="made the letter's PDF"),
        move(
            "discard",
            ["draft", "made"],
            "discarded",
            permission="letter.make",
            happened="discarded the letter",
        ),
        move(
            "release",
            ["made"],
            "released",
            permission="letter.release",
            happened="released the letter",
            notice="documents.letter_released",
        ),
        move(
            "supersede",
            ["released"],
            "superseded",
            permission="letter.release",
            happened="superseded the letter by a new one",
        ),
    ],
)


class BatchStatus(StrEnum):
    """Where a batch of letters is."""

    DRAFT = "draft"
    MAKING = "making"
    MADE = "made"
    RELEASED = "released"


BATCH = workflow(
    "batch",
    BatchStatus,
    initial=BatchStatus.DRAFT,
    final=[BatchStatus.RELEASED],
    moves=[
        move(
            "begin",
            ["draft", "making", "made"],
            "making",
            permission="letter.make",
            happened="asked for the letters to be made",
        ),
        move("finish", ["making"], "made", permission="letter.make", happened="made the letters"),
        move("release", ["made"], "released", permission="letter.release", happened="released the letters"),
    ],
)
