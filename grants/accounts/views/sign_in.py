"""Signing in and out, registering, and the links that were mailed."""

import time
from dataclasses import replace

from flask import current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from grants.access.actor import NOBODY, Actor
from grants.accounts import queries
from grants.accounts.forms import CodeForm, DeedForm, ForgottenForm, NewPasswordForm, RegisterForm, SignInForm
from grants.accounts.models import LinkPurpose, MailedLink, Person
from grants.accounts.services import factors, registration, sessions
from grants.accounts.views import browser
from grants.clock import real_now
from grants.config import Mode
from grants.errors import NotFound, Refused, refuse
from grants.web import current, tokens
from grants.web.limits import at_most
from grants.web.render import go, page
from grants.web.routing import Pages, is_open

DEMONSTRATION_DOMAIN = "demo.example"
ANSWER_AFTER = 0.3
"""Seconds after which a request for a reset link is answered, whether there is an account or not."""

pages = Pages("accounts", audience="public")


@pages.page("/sign-in", "sign_in", permission="public.sign_in", methods=("GET", "POST"))
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; the demonstration lists its accounts beside."""
    form = SignInForm()
    if form.is_sent():
        at_most("100 per 15 minutes", "sign_in_from")
        at_most("10 per 15 minutes", "sign_in", by=f"{request.remote_addr} {form.email.data}")
        person = _authenticated(str(form.email.data), str(form.password.data))
        if person is not None and not person.has_second_factor:
            return _enter(person)
        if person is not None:
            browser.await_code(person, browser.wanted_page())
            return go("public.accounts.second_factor")
        form.refuse(refuse("sign_in", "Address or password is not right. Check both, or set a new password."))
    elif request.method == "GET" and request.args.get("email"):
        form.email.data = request.args["email"][:254]
    return page(
        form=form,
        next=browser.wanted_page(),
        invented=invented_people(),
        invented_password=registration.DEMONSTRATION_PASSWORD,
    )


@pages.page("/second-factor", "second_factor", permission="public.sign_in", methods=("GET", "POST"))
def second_factor() -> ResponseReturnValue:
    """Ask for the code, after the password."""
    with current.reading() as session:
        owed = browser.awaited(session, at=real_now())
    if owed is None:
        return go("public.accounts.sign_in")
    person, wanted = owed
    form = CodeForm()
    if form.is_sent():
        at_most("10 per 15 minutes", "second_factor", by=person.uid)
        with current.writing() as session:
            token = factors.start_with_code(
                session, person, str(form.code.data), browser=_browser_name(), now=current.now()
            )
        if token:
            browser.take(token)
            return redirect(wanted or url_for("public.home.mine"), 303)
        form.refuse(
            refuse(
                "code",
                "That is not the code shown now, or it was used already. Enter the next one.",
                field="code",
            )
        )
    return page(form=form)


@pages.page(
    "/sign-in-as/<uid>",
    "sign_in_as",
    permission="public.sign_in",
    load=queries.person_by_uid,
    methods=("POST",),
)
def sign_in_as(person: Person) -> ResponseReturnValue:
    """Sign in as an invented person, in the demonstration only."""
    if current.settings().mode is not Mode.DEMONSTRATION:
        raise NotFound
    if not person.active or not person.email.endswith(f"@{DEMONSTRATION_DOMAIN}"):
        raise NotFound
    return _enter(person)


@pages.page("/sign-out", "sign_out", permission="public.sign_in", methods=("POST",))
def sign_out() -> ResponseReturnValue:
    """Sign this browser out."""
    token = browser.token()
    if token:
        with current.writing() as session:
            sessions.end(session, token)
    browser.forget()
    g.actor = NOBODY
    return go("public.home.index", said="You are signed out.")


@pages.page("/register", "register", permission="public.sign_in", methods=("GET", "POST"))
def register() -> ResponseReturnValue:
    """Make an account and sign its owner in; the address is confirmed by the mailed link, at any time."""
    form = RegisterForm()
    if form.is_sent():
        at_most("20 per hour", "register")
        then = _page_after_confirming(form)
        try:
            person = _registered(form, then)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _into_account(form, person, then)
    elif request.method == "GET" and request.args.get("email"):
        form.email.data = request.args["email"][:254]
    return page(form=form, next=browser.wanted_page())


def _page_after_confirming(form: RegisterForm) -> str:
    """Return the wanted page if it opens to the owner of the address and to nobody else."""
    wanted = browser.wanted_page()
    unknown = Actor(person_id=0, name=str(form.name.data))
    with current.reading() as session:
        opens = [
            is_open(session, wanted, replace(unknown, email=email)) for email in ("", str(form.email.data))
        ]
    return wanted if opens == [False, True] else ""


def _registered(form: RegisterForm, then: str) -> Person | None:
    with current.writing() as session:
        return registration.register(
            session,
            email=str(form.email.data),
            name=str(form.name.data),
            phone=form.phone.data or "",
            zone=form.zone.data,
            password=str(form.password.data),
            now=current.now(),
            then=then,
        )


def _into_account(form: RegisterForm, person: Person | None, then: str) -> ResponseReturnValue:
    """Go on signed in; where the address had an account, only with that account's own password."""
    email = str(form.email.data)
    if person is not None and then:
        _take_session(person)
        return go("public.accounts.registered", next=then)
    if person is not None:
        entered = _enter(person)
        said = f"Your account is made. We sent a mail to {email}; open its link to confirm the address."
        flash(said, "success")
        return entered
    known = _authenticated(email, str(form.password.data))
    if known is not None and not known.has_second_factor:  # the button was pressed twice
        return _enter(known)
    said = f"We sent a mail to {email} that says what to do. If you have an account already, sign in here."
    return go("public.accounts.sign_in", said=said, email=email, next=browser.wanted_page() or None)


@pages.page("/registered", "registered", permission="account.own")
def registered() -> ResponseReturnValue:
    """Say what to do next, where the wanted page waits for the address to be confirmed."""
    with current.reading() as session:
        owner = queries.person_by_id(session, current.actor().person_id)
    return page(owner=owner, next=browser.wanted_page())


@pages.page("/forgotten", "forgotten", permission="public.sign_in", methods=("GET", "POST"))
def forgotten() -> ResponseReturnValue:
    """Mail a link with which the password is set anew."""
    form = ForgottenForm()
    if form.is_sent():
        begun = time.monotonic()
        at_most("30 per hour", "forgotten_from")
        at_most("5 per hour", "forgotten", by=str(form.email.data))
        with current.writing() as session:
            factors.ask_to_reset(session, str(form.email.data), now=current.now())
        time.sleep(max(0.0, ANSWER_AFTER - (time.monotonic() - begun)))
        said = (
            f"If {form.email.data} has an account, a mail is on its way. Its link works for one hour, once."
        )
        return go("public.accounts.sign_in", said=said)
    return page(form=form)


@pages.page("/reset/<token>", "reset", permission="public.sign_in", methods=("GET", "POST"))
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by a mailed link."""
    link = _link(token, LinkPurpose.RESET)
    form = NewPasswordForm()
    if link is not None and form.is_sent():
        try:
            with current.writing() as session:
                fresh = _still_good(queries.mailed_link(session, link.uid, LinkPurpose.RESET, at=real_now()))
                factors.reset_password(session, fresh, str(form.password.data), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            browser.forget()
            return go("public.accounts.sign_in", said="Your new password is set. Sign in with it.")
    return page(form=form, link=link, status=200 if link else 410)


@pages.page("/confirm/<token>", "confirm", permission="public.sign_in", methods=("GET", "POST"))
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an address; opening the link only shows the button, since scanners of mail open links."""
    link = _link(token, LinkPurpose.CONFIRM)
    form = DeedForm()
    if link is not None and form.is_sent():
        with current.writing() as session:
            fresh = _still_good(queries.mailed_link(session, link.uid, LinkPurpose.CONFIRM, at=real_now()))
            registration.confirm(session, fresh, now=current.now())
        flash("Your address is confirmed.", "success")
        return redirect(browser.wanted_page() or url_for("public.home.mine"), 303)
    return page(form=form, link=link, next=browser.wanted_page(), status=200 if link else 410)


def _authenticated(email: str, password: str) -> Person | None:
    with current.reading() as session:
        person = queries.person_by_email(session, email)
    return person if sessions.authenticated(person, password) else None


def _enter(person: Person) -> ResponseReturnValue:
    wanted = browser.wanted_page()
    _take_session(person)
    return redirect(wanted or url_for("public.home.mine"), 303)


def _take_session(person: Person) -> None:
    with current.writing() as session:
        token = sessions.start(session, person, browser=_browser_name())
    browser.take(token)


def invented_people() -> list[tuple[str, list[tuple[Person, str]]]]:
    """List the demonstration's people under what they are; nobody outside of the demonstration.

    What people are beyond staff is known to later slices; wiring gives the function that tells it.
    """
    if current.settings().mode is not Mode.DEMONSTRATION:
        return []
    with current.reading() as session:
        rows = queries.invented_people(session, DEMONSTRATION_DOMAIN)
        tell = current_app.extensions["grants.standing_of_people"]
        standings: dict[int, tuple[str, str]] = tell(session, [row.person.id for row in rows])
    groups: dict[str, list[tuple[Person, str]]] = {"Staff": [], "Applicants and centers": [], "Reviewers": []}
    for row in rows:
        group, words = standings.get(row.person.id, ("Applicants and centers", ""))
        if row.roles:
            group, words = "Staff", ", ".join(row.roles)
        groups[group].append((row.person, words))
    return [(group, people) for group, people in groups.items() if people]


def _link(token: str, purpose: LinkPurpose) -> MailedLink | None:
    uid = tokens.opened(purpose, token)
    if uid is None:
        raise NotFound
    with current.reading() as session:
        return queries.mailed_link(session, uid, purpose, at=real_now())


def _still_good(link: MailedLink | None) -> MailedLink:
    if link is None:
        raise refuse("link", "This link was used already. Ask for a new one.")
    return link


def _browser_name() -> str:
    return request.headers.get("User-Agent", "")[:200]
