"""Every page of reviews, for the site map."""

from grants.reviews.views import joining, own, sheets
from grants.reviews.views.audiences import reviewer, staff
from grants.web.routing import Pages

MODULES = (joining, own, sheets)
"""Importing a module of views registers its pages."""

PAGES: tuple[Pages, ...] = (reviewer, staff)
