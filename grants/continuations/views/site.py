"""Every page of continuations, for the site map."""

from grants.continuations.views import center, deciding, parts, staff
from grants.web.routing import Pages

MODULES = (center, parts, staff, deciding)
"""Importing a module of views registers its pages."""

PAGES: tuple[Pages, ...] = (staff.pages, center.pages)
