"""The site map: every slice's pages, and the endpoints that libraries bring with their permissions."""

from flask import Blueprint, Flask

from grants.accounts.views.site import PAGES as ACCOUNTS
from grants.applications.views import applicant as own_applications
from grants.applications.views import staff as staff_applications
from grants.awards.views.site import PAGES as AWARDS
from grants.competitions.views.site import PAGES as COMPETITIONS
from grants.continuations.views.site import PAGES as CONTINUATIONS
from grants.documents.views import applicant as letters_applicant
from grants.documents.views import public as letters_public
from grants.documents.views import staff as letters_staff
from grants.eligibility.views import public as self_check
from grants.home.views import homes, search
from grants.home.views import public as front_door
from grants.organizations.views import applicant as organizations
from grants.organizations.views import public as invitations
from grants.reviews.views import site as reviews
from grants.screening.views import staff as screening
from grants.web.routing import AUDIENCES, Door, Pages

SITE: list[Pages] = [
    front_door.pages,
    homes.applicant,
    homes.reviewer,
    search.pages,
    *ACCOUNTS,
    *COMPETITIONS,
    organizations.pages,
    invitations.pages,
    self_check.pages,
    own_applications.pages,
    staff_applications.pages,
    screening.pages,
    *AWARDS,
    *CONTINUATIONS,
    letters_staff.pages,
    letters_applicant.pages,
    letters_public.pages,
    *reviews.PAGES,
]

LIBRARIES = {
    "static": Door("public.read"),
    "static_before": Door("public.read"),
}


def install(app: Flask) -> None:
    """Register every page under its audience."""
    doors: dict[str, Door] = app.extensions.setdefault("grants.doors", {})
    doors.update(LIBRARIES)
    for audience in AUDIENCES:
        parent = Blueprint(audience, __name__)
        for pages in SITE:
            if pages.audience == audience:
                pages.register(app, parent)
        app.register_blueprint(parent)
