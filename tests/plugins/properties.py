"""Hypothesis without a deadline per example: a machine under load is no fault of the code."""

from hypothesis import settings

settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")
