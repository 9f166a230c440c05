"""Every page of reviews, for the site map."""

from grants.reviews.views import (
    assigning,
    joining,
    own,
    own_panel,
    packets,
    panel_live,
    panels,
    pool,
    proposing,
    ranking,
    sheets,
)
from grants.reviews.views.audiences import reviewer, staff
from grants.web.routing import Pages

MODULES = (packets, joining, own, own_panel, sheets, pool, assigning, panels, panel_live, ranking, proposing)
"""Importing a module of views registers its pages."""

PAGES: tuple[Pages, ...] = (reviewer, staff)
