"""Every page of competitions: importing this module has put them on their doors."""

from grants.competitions.views import amending, confirming, public, publishing, setup, staff
from grants.competitions.views.doors import public as public_pages
from grants.competitions.views.doors import staff as staff_pages

MODULES = (amending, confirming, public, publishing, setup, staff)
PAGES = (staff_pages, public_pages)
