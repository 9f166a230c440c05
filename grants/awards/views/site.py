"""Every page of selection and award, for the site map."""

from grants.awards.views import applicant, selection, staff
from grants.web.routing import Pages

MODULES = (applicant, selection, staff)
"""Importing a module of views registers its pages."""

PAGES: tuple[Pages, ...] = (selection.pages, applicant.pages)
