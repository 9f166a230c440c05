"""The words a reviewer signs, in one version that is kept with the signature."""

VERSION = "1"

POINTS = (
    "I read applications only to review them, and I speak of them with nobody outside this review.",
    (
        "I put no part of an application, a score or a comment into any outside tool or service, and I give "
        "none of it to another person, an assistant or a program that is not part of this system."
    ),
    "I score on my own, on the published criteria alone. My scores are mine; the panel agrees on none.",
    (
        "I declare every interest that could make a fair-minded person doubt me, and I stop reading at once "
        "when I notice one."
    ),
    "I keep no copy when the review is over.",
)

DECLINE_REASONS = (
    ("time", "I have no time in this period"),
    ("conflict", "I have a conflict of interest"),
    ("expertise", "It is not my field"),
    ("employer", "My employer does not allow it"),
    ("other", "Another reason"),
)
