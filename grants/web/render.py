"""Answering with the page whose template has the endpoint's name."""

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.web import again
from grants.web.forms import Form
from grants.web.typed import in_words, is_shown, typed


def page(
    template: str | None = None, *, status: int = 200, form: Form | None = None, **context: Any
) -> ResponseReturnValue:
    """Render the endpoint's template; a form that came back with faults answers 422.

    Where the template does not show the form any more, what was typed into it stands below the page.
    """
    name = template or f"{(request.endpoint or '').replace('.', '/')}.html"
    if form is not None:
        context["form"] = form
        if form.has_faults and status == 200:  # noqa: PLR2004  # HTTP
            status = form.refused_with or 422
    html = render_template(name, **context)
    if again.is_only_shown():
        g.shown_in_full = True
        unseen = [(in_words(field), text) for field, text in again.unseen(html)]
        return make_response(render_template(name, **context, typed=unseen) if unseen else html, status)
    if form is not None and status >= 400 and not is_shown(form, html):  # noqa: PLR2004  # HTTP
        html = render_template(name, **context, typed=typed())
    return make_response(html, status)


def go(
    endpoint: str, *, said: str | None = None, anchor: str | None = None, **values: Any
) -> ResponseReturnValue:
    """Send the browser on after a deed, with a sentence that says what was done."""
    if said:
        flash(said, "success")
    return redirect(url_for(endpoint, _anchor=anchor, **values), 303)
