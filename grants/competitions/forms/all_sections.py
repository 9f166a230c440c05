"""The form of each section by its name, filled with what stands."""

from collections.abc import Callable
from typing import Any, Final

from grants.competitions.forms.criteria import CriteriaForm, criteria_data
from grants.competitions.forms.dates import DatesForm, dates_data
from grants.competitions.forms.plain_sections import (
    AwardForm,
    ContactForm,
    FactorsForm,
    GoalsForm,
    IdentityForm,
    RankingForm,
    RulesForm,
)
from grants.competitions.forms.rows import DocumentsForm, StatesForm, rows_data
from grants.competitions.forms.section import SectionForm
from grants.competitions.rules import notice as n


def _lines(content: n.Factors) -> dict[str, Any]:
    return {"factor": "\n".join(content.factor)}


FORMS: Final[dict[str, tuple[type[SectionForm], Callable[[Any], dict[str, Any]]]]] = {
    "identity": (IdentityForm, vars),
    "goals": (GoalsForm, vars),
    "states": (StatesForm, rows_data),
    "dates": (DatesForm, dates_data),
    "award": (AwardForm, vars),
    "criteria": (CriteriaForm, criteria_data),
    "ranking": (RankingForm, vars),
    "factors": (FactorsForm, _lines),
    "documents": (DocumentsForm, rows_data),
    "rules": (RulesForm, vars),
    "contact": (ContactForm, vars),
}


def form_of(section: str, content: n.SectionContent, *, version: int) -> SectionForm:
    """Make the form of a section; a sent form keeps what was typed."""
    kind, data_of = FORMS[section]
    data = {**data_of(content), "version": str(version)}
    form = kind(data=data)
    if isinstance(form, CriteriaForm) and isinstance(content, n.Criteria):
        form.tree = content.criterion
    if isinstance(form, DatesForm) and isinstance(content, n.Dates):
        form.stored = content
    return form
