"""Registering: name and address, then the mailed link, then a password; an invitation is such a link.

Whoever registers sees the same page after the same time whether the address has an account or not.
"""

from urllib.parse import urlsplit

from flask import current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from grants.accounts import queries
from grants.accounts.forms import DeedForm, RegisterForm, SetUpForm
from grants.accounts.models import LinkPurpose, MailedLink, Person
from grants.accounts.services import registration, tries
from grants.accounts.services.registration import Profile
from grants.accounts.views import browser, links, sign_in
from grants.clock import real_now
from grants.config import Mode
from grants.errors import Refused
from grants.web import current, tokens
from grants.web.render import go, page

pages = sign_in.pages


@pages.page("/register", "register", permission="public.sign_in", methods=("GET", "POST"))
def register() -> ResponseReturnValue:
    """Mail the link that sets an account up; whoever comes by an invitation sets it up here and now."""
    invited = _invited_address(browser.wanted_page())
    if invited:
        return _by_invitation(invited)
    form = RegisterForm()
    wanted = browser.wanted_page()
    if form.is_sent():
        email = str(form.email.data)
        try:
            with links.same_time(), current.writing() as session:
                tries.count_mail(session, email, network=sign_in.network(), now=real_now())
                registration.ask_to_register(
                    session, email=email, name=str(form.name.data), now=current.now(), then=wanted
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            browser.await_mail(email)
            return go("public.accounts.registered", next=wanted or None)
    browser.prefill(form.email)
    return page(form=form, next=wanted)


@pages.page("/registered", "registered", permission="public.sign_in")
def registered() -> ResponseReturnValue:
    """Say that the mail is on its way and what to do with it; the same whoever has the address."""
    actor = current.actor()
    with current.reading() as session:
        owner = queries.person_by_id(session, actor.person_id)
    email = owner.email if owner else browser.mailed_address()
    if not email:
        return go("public.accounts.register")
    wanted = browser.wanted_page()
    outbox = None if owner else _link_in_outbox(email, wanted)
    return page(owner=owner, email=email, next=wanted, outbox=outbox)


@pages.page("/set-up/<token>", "set_up", permission="public.sign_in", methods=("GET", "POST"))
def set_up(token: str) -> ResponseReturnValue:
    """Set an account up by its mailed link: the password is chosen by who reads the address's mail."""
    link = links.opened(token, LinkPurpose.CONFIRM)
    owner = _owner(link)
    if owner is not None and owner.is_set_up:
        return go("public.accounts.confirm", token=token, next=browser.wanted_page() or None)
    form = SetUpForm(obj=owner)
    if link is not None and form.is_sent():
        try:
            with current.writing() as session:
                good = registration.good_link(session, link)
                person = registration.set_up(session, good, _profile(form), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _enter(person)
    return page(
        form=form,
        email=owner.email if owner else "",
        next=browser.wanted_page(),
        status=200 if owner else 410,
    )


@pages.page("/confirm/<token>", "confirm", permission="public.sign_in", methods=("GET", "POST"))
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address; opening the link only shows the button, since scanners of mail open links."""
    link = links.opened(token, LinkPurpose.CONFIRM)
    owner = _owner(link)
    if owner is not None and not owner.is_set_up:
        return go("public.accounts.set_up", token=token, next=browser.wanted_page() or None)
    form = DeedForm()
    if link is not None and form.is_sent():
        with current.writing() as session:
            registration.confirm(session, registration.good_link(session, link), now=current.now())
        flash("Your address is confirmed.", "success")
        return redirect(browser.wanted_page() or url_for("public.home.mine"), 303)
    return page(form=form, link=link, next=browser.wanted_page(), status=200 if link else 410)


def _by_invitation(email: str) -> ResponseReturnValue:
    """Set an account up for whoever holds an invitation that was mailed to the address."""
    form = SetUpForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                person = registration.register_invited(session, email, _profile(form), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if person is not None:
                return _enter(person)
            said = f"{email} has an account already. Sign in with its password to go on."
            wanted = browser.wanted_page()
            return go("public.accounts.sign_in", said=said, email=email, next=wanted)
    return page("public/accounts/set_up.html", form=form, email=email, next=browser.wanted_page())


def _enter(person: Person) -> ResponseReturnValue:
    entered = sign_in.enter(person)
    flash("Your account is set up and you are signed in.", "success")
    return entered


def _profile(form: SetUpForm) -> Profile:
    return Profile(
        name=str(form.name.data),
        password=str(form.password.data),
        phone=form.phone.data or "",
        zone=form.zone.data,
    )


def _owner(link: MailedLink | None) -> Person | None:
    with current.reading() as session:
        return queries.person_by_id(session, link.person_id) if link else None


def _invited_address(path: str) -> str:
    """Return the address to which an open invitation was mailed, if the path is the link of one.

    Which pages are links of invitations is known to later slices; wiring gives the table of them.
    """
    try:
        endpoint, arguments = current_app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except HTTPException:
        return ""
    tell = current_app.extensions["grants.invitations"].get(endpoint)
    if tell is None:
        return ""
    with current.reading() as session:
        return str(tell(session, arguments["token"], current.now()))


def _link_in_outbox(email: str, wanted: str) -> str | None:
    """Return where the mail leads, in the demonstration only, whose mail goes to a folder nobody reads."""
    settings = current.settings()
    if settings.mode is not Mode.DEMONSTRATION or not settings.mail_url.startswith("folder:"):
        return None
    with current.reading() as session:
        owner = queries.person_by_email(session, email)
        link = queries.newest_link(session, owner.id, LinkPurpose.CONFIRM, at=real_now()) if owner else None
    if owner is None or owner.is_set_up or link is None:
        return url_for("public.accounts.sign_in", email=email, next=wanted or None)
    token = tokens.signed(settings, LinkPurpose.CONFIRM, link.uid)
    return url_for("public.accounts.set_up", token=token, next=wanted or None)
