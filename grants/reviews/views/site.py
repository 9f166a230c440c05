"""Every page of reviews, for the site map."""

from grants.reviews.views import (
    assigning,
    choosing,
    discussion,
    exports,
    feedback,
    freezing,
    grid,
    joining,
    own,
    own_panel,
    packets,
    panel_live,
    panels,
    pool,
    progress,
    proposing,
    ranking,
    reading,
    sheets,
)
from grants.reviews.views.audiences import applicant, reviewer, staff
from grants.web.routing import Pages

MODULES = (
    joining,
    own,
    own_panel,
    sheets,
    reading,
    packets,
    feedback,
    pool,
    assigning,
    choosing,
    grid,
    progress,
    panels,
    panel_live,
    discussion,
    ranking,
    freezing,
    exports,
    proposing,
)
"""Importing a module of views registers its pages."""

PAGES: tuple[Pages, ...] = (reviewer, staff, applicant)
