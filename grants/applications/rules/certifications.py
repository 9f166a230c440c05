"""What the authorized representative certifies, as the page, the receipt and the record print it."""

from typing import Final

CERTIFICATIONS: Final[tuple[tuple[str, str], ...]] = (
    (
        "I am authorized by my organization to submit this application and to bind it.",
        "",
    ),
    (
        (
            "The statements in this application are true, complete and accurate to the best of my knowledge. "
            "I know that a false, fictitious or fraudulent statement may be subject to criminal, civil or "
            "administrative penalties."
        ),
        "18 U.S.C. 1001",
    ),
    (
        "Sources other than the federal government will pay at least the non-federal share of this budget.",
        "15 U.S.C. 278k(f)(3)(A)",
    ),
    (
        "Each source of match meets the seven tests, and none of it is used for another federal award.",
        "2 CFR 200.306(b)",
    ),
    (
        "My organization and its principals are not suspended or debarred from federal awards.",
        "2 CFR part 180",
    ),
    (
        (
            "What counts is the instant at which the complete request to submit reaches the server. Nothing "
            "is accepted after the deadline."
        ),
        "The notice of this competition",
    ),
)
