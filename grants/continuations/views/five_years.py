"""The five-year page that the center and staff share: table, chart and what-if from one outlook."""

from typing import Any

from flask import request

from grants.continuations.forms import WhatIfForm
from grants.continuations.rules.outlook import YearOutlook
from grants.continuations.services.outlook import SOURCES, Outlook
from grants.money import show
from grants.web.fields import choices


def years_context(outlook: Outlook) -> dict[str, Any]:
    """Return what the page shows; with an amount in the address also its effect, computed and not stored."""
    asked = "amount" in request.args
    form = WhatIfForm(formdata=request.args if asked else None)
    form.year.choices = choices((str(one.ordinal), f"Year {one.ordinal}") for one in outlook.years)
    found: dict[str, Any] = {
        "outlook": outlook,
        "award": outlook.award,
        "bars": [_bar(one) for one in outlook.years],
        "form": form,
        "effect": None,
    }
    if asked and form.validate():
        before, after = outlook.what_if(form.year.data, form.source.data, form.amount.data)
        found["effect"] = {
            "before": before,
            "after": after,
            "source": SOURCES[form.source.data],
            "amount": form.amount.data,
        }
    return found


def _bar(year: YearOutlook) -> dict[str, Any]:
    """Return one year of the chart: what stands filled, the plan outlined, the ceiling as a tick."""
    judged = year.judged
    return {
        "label": f"Year {year.ordinal}",
        "federal": judged.federal,
        "match": judged.counted_match,
        "planned_federal": year.planned_federal,
        "planned_match": year.planned_match,
        "ceiling": judged.max_fed_cost,
        "written_federal": f"{show(judged.federal)} of at most {show(judged.max_fed_cost)}",
        "written_match": show(judged.counted_match),
    }
