"""The front door, the way to one's own home page, and the demonstration's clock."""

from datetime import datetime
from zoneinfo import available_timezones

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from grants.accounts.views.browser import is_ours
from grants.config import Mode
from grants.errors import NotFound, Refused, refuse
from grants.home import services
from grants.home.forms import ClockForm
from grants.home.queries import running as running_queries
from grants.home.rules import instant_in
from grants.home.views.frame import doors
from grants.web import current
from grants.web.filters import instant
from grants.web.render import page
from grants.web.routing import Pages

pages = Pages("home", audience="public", prefix="")


@pages.page("/", "index", permission="public.read")
def index() -> ResponseReturnValue:
    """Say what this is, what is open, and where to sign in."""
    with current.reading() as session:
        open_now, coming = running_queries.front_door(session, current.now())
    return page(open_now=open_now, coming=coming)


@pages.page("/home", "mine", permission="public.read")
def mine() -> ResponseReturnValue:
    """Lead each person to their own home page."""
    actor = current.actor()
    if not actor.is_signed_in:
        return redirect(url_for("public.home.index"), 303)
    return redirect(url_for(f"{doors(actor)[0]}.home.index"), 303)


@pages.page("/clock", "clock", permission="clock.move", methods=("POST",))
def clock() -> ResponseReturnValue:
    """Move the demonstration's clock forward, and return to the page it was moved from."""
    mode = current.settings().mode
    if mode is Mode.PRODUCTION:
        raise NotFound
    form = ClockForm()
    try:
        with current.writing() as session:
            now = current.now()
            milestone = (
                running_queries.next_milestone(session, now) if form.milestone.data == "next" else None
            )
            to = milestone[1] if milestone else _typed(form)
            services.move_clock(session, to, mode=mode, actor=current.actor(), now=now)
    except Refused as refusal:
        for finding in refusal.findings:
            flash(finding.message, "error")
    else:
        what = f"{milestone[0]}: it is" if milestone else "It is"
        flash(f"{what} {instant(to, current.actor().zone)} now.", "success")
    back = form.return_to.data or ""
    return redirect(back if is_ours(back) else url_for("public.home.index"), 303)


def _typed(form: ClockForm) -> datetime:
    if not form.validate():
        sentences = [error for errors in form.errors.values() for error in errors]
        raise refuse("clock", " ".join(map(str, sentences)))
    if form.date.data is None or form.time.data is None:
        raise refuse("clock", "Enter a date and an hour, for example 10/15/2014 and 11:59 p.m.")
    if form.zone.data not in available_timezones():
        raise refuse("clock", "Choose a time zone.")
    to = instant_in(form.date.data, form.time.data, form.zone.data)
    if to is None:
        raise refuse("clock", "That hour does not exist on that day; clocks go forward. Choose another hour.")
    return to
