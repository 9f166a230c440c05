"""Signing in and out, and setting a new password by a mailed link."""

from flask import current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from grants.access.actor import NOBODY
from grants.accounts import queries
from grants.accounts.forms import CodeForm, ForgottenForm, NewPasswordForm, SignInForm
from grants.accounts.models import LinkPurpose, Person
from grants.accounts.services import factors, registration, sessions, tries
from grants.accounts.views import browser, links
from grants.clock import real_now
from grants.config import Mode
from grants.errors import NotFound, Refused, refuse
from grants.web import carried, current, saving, whose
from grants.web.render import go, page
from grants.web.routing import Pages

DEMONSTRATION_DOMAIN = "demo.example"

pages = Pages("accounts", audience="public")


@pages.page("/sign-in", "sign_in", permission="public.sign_in", methods=("GET", "POST"))
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; the demonstration lists its accounts beside."""
    form = SignInForm()
    if form.is_sent():
        try:
            person = _authenticated(str(form.email.data), str(form.password.data))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _ask_for_code(person) if person.has_second_factor else enter(person)
    browser.prefill(form.email)
    return page(
        form=form,
        next=browser.wanted_page(),
        carried=carried.box_sent(),
        invented=invented_people(),
        invented_password=registration.DEMONSTRATION_PASSWORD,
    )


def carrying(box: str, *, whose_form: str) -> ResponseReturnValue:
    """Show the sign-in page to who sent a form after their session had ended; it carries the form.

    The demonstration lists the one account that gets it back.
    """
    rule = request.url_rule
    groups = [
        (group, [(person, words) for person, words in people if whose.mark(person.id) == whose_form])
        for group, people in invented_people()
    ]
    return page(
        "public/accounts/sign_in.html",
        form=SignInForm(formdata=None),
        next=request.full_path.rstrip("?") if rule and "GET" in (rule.methods or ()) else "",
        carried=box,
        ended=True,
        invented=[(group, people) for group, people in groups if people],
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
        try:
            token = _with_code(person, str(form.code.data))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            browser.take(token, person)
            return carried.returned(person.id) or redirect(wanted or url_for("public.home.mine"), 303)
    return page(form=form, carried=carried.box_sent())


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
    return enter(person)


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


@pages.page("/session", "presence", permission="public.sign_in")
def presence() -> ResponseReturnValue:
    """Tell a page that waits with unsent text who is signed in, by the mark only, and give it a token."""
    who = saving.present() if current.actor().is_signed_in else None
    return jsonify(kind="session", person=who, token=generate_csrf())


@pages.page("/forgotten", "forgotten", permission="public.sign_in", methods=("GET", "POST"))
def forgotten() -> ResponseReturnValue:
    """Mail a link with which the password is set anew."""
    form = ForgottenForm()
    if form.is_sent():
        email = str(form.email.data)
        try:
            with links.same_time(), current.writing() as session:
                tries.count_mail(session, email, network=network(), now=real_now())
                factors.ask_to_reset(session, email, now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"If {email} has an account, a mail is on its way. Its link works for one hour, once."
            return go("public.accounts.sign_in", said=said)
    return page(form=form)


@pages.page("/reset/<token>", "reset", permission="public.sign_in", methods=("GET", "POST"))
def reset(token: str) -> ResponseReturnValue:
    """Set a new password by a mailed link."""
    link = links.opened(token, LinkPurpose.RESET)
    form = NewPasswordForm()
    if link is not None and form.is_sent():
        try:
            with current.writing() as session:
                good = registration.good_link(session, link)
                factors.reset_password(session, good, str(form.password.data), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            browser.forget()
            return go("public.accounts.sign_in", said="Your new password is set. Sign in with it.")
    return page(form=form, link=link, status=200 if link else 410)


def network() -> str:
    """Say from which network this request comes."""
    return tries.network_of(request.remote_addr)


def _authenticated(email: str, password: str) -> Person:
    """Return whose password it is; the try is written before it is judged, account or not."""
    with current.writing() as session:
        person = queries.person_by_email(session, email)
        attempt = tries.begin(session, "password", email, network=network(), owner=person, now=real_now())
    is_right = sessions.authenticated(person, password)  # takes as long where there is no such person
    if person is None or not is_right:
        raise refuse("sign_in", "Address or password is not right. Check both, or set a new password.")
    with current.writing() as session:
        tries.was_good(session, session.merge(attempt))
    return person


def _with_code(person: Person, code: str) -> str:
    """Sign in with a code of the second factor and return the browser's token."""
    with current.writing() as session:
        attempt = tries.begin(session, "code", person.uid, network=network(), owner=person, now=real_now())
    with current.writing() as session:
        token = factors.start_with_code(session, person, code, browser=_browser_name(), now=current.now())
        if token is not None:
            tries.was_good(session, session.merge(attempt))
    if token is None:
        said = "That is not the code shown now, or it was used already. Enter the next one."
        raise refuse("code", said, field="code")
    return token


def enter(person: Person) -> ResponseReturnValue:
    """Sign a person in at this browser, and lead them on to the page they wanted."""
    wanted = browser.wanted_page()
    with current.writing() as session:
        token = sessions.start(session, person, browser=_browser_name())
    browser.take(token, person)
    return carried.returned(person.id) or redirect(wanted or url_for("public.home.mine"), 303)


def _ask_for_code(person: Person) -> ResponseReturnValue:
    browser.await_code(person, browser.wanted_page())
    box = carried.box_sent()
    if not box:
        return go("public.accounts.second_factor")
    return page("public/accounts/second_factor.html", form=CodeForm(formdata=None), carried=box)


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


def _browser_name() -> str:
    return request.headers.get("User-Agent", "")[:200]
