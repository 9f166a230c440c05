"""The words a reviewer signs, in one version that is kept with the signature."""

VERSION = "2"

POINTS = (
    "I read applications only to review them, and I speak of them with nobody outside this review.",
    "I give no part of an application, a score or a comment to another person or an assistant.",
    "I score on my own, on the published criteria alone. My scores are mine; the panel agrees on none.",
    (
        "I declare every interest that could make a fair-minded person doubt me, and I stop reading at once "
        "when I notice one."
    ),
    "I keep no copy when the review is over.",
)

CERTIFICATE = (
    "I certify that I put no part of an application, a score or a comment into any outside tool or service, "
    "such as a translator, a chat program or a program that writes text, and that I write my reviews myself."
)
"""Signed apart from the agreement, kept with it under the same version."""

DECLINE_REASONS = (
    ("time", "I have no time in this period"),
    ("conflict", "I have a conflict of interest"),
    ("expertise", "It is not my field"),
    ("employer", "My employer does not allow it"),
    ("other", "Another reason"),
)
