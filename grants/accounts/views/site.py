"""Every page of accounts, for the site map."""

from grants.accounts.views import own, registering, sign_in, staff
from grants.web.routing import Pages

MODULES = (sign_in, registering, own, staff)
"""Importing a module of views registers its pages."""

PAGES: tuple[Pages, ...] = (sign_in.pages, staff.pages)
