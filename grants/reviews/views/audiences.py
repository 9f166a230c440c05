"""The audiences of reviews; every module of views adds its pages to one of them."""

from grants.web.routing import Pages

reviewer = Pages("reviews", audience="reviewer")
staff = Pages("reviews", audience="staff")
applicant = Pages("reviews", audience="applicant")
