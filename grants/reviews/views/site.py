"""Every page of reviews, for the site map."""

from grants.reviews.views import assigning, joining, own, own_panel, panels, pool, proposing, ranking, sheets
from grants.reviews.views.audiences import reviewer, staff
from grants.web.routing import Pages

from grants.reviews.views import packets

MODULES = (packets, joining, own, own_panel, sheets, pool, assigning, panels, ranking, proposing)
"""Importing a module of views registers its pages."""

PAGES: tuple[Pages, ...] = (reviewer, staff)
