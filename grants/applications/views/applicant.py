"""The applicant's pages of an application, gathered for the site map."""

from grants.applications.views import budget, cover, documents, sections, sources, submitting, tasks
from grants.applications.views.doors import applicant as pages

PARTS = (tasks, cover, sections, budget, sources, documents, submitting)

__all__ = ["PARTS", "pages"]
