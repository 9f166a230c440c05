"""One's own account: name and zone, password, second factor, and the browsers in which one is signed in."""

from flask.typing import ResponseReturnValue

from grants.accounts import queries
from grants.accounts.forms import (
    ZONES,
    ChangePasswordForm,
    FactorForm,
    ProfileForm,
    SignerForm,
)
from grants.accounts.models import Person
from grants.accounts.rules import factor
from grants.accounts.rules.sessions import LONGEST, browser_name
from grants.accounts.services import factors, registration, sessions, tries
from grants.accounts.services.keys import keys
from grants.accounts.views import browser, sign_in
from grants.accounts.views.browser import person_of
from grants.clock import real_now
from grants.errors import Refused
from grants.web import current
from grants.web.fields import choices
from grants.web.render import go, page

pages = sign_in.pages


@pages.page("/own", "own", permission="account.own", methods=("GET", "POST"))
def own() -> ResponseReturnValue:
    """Show the account, and change name, phone and time zone."""
    person = person_of(current.actor())
    form = ProfileForm(obj=person)
    if person.zone not in dict(ZONES):
        form.zone.choices = choices([*ZONES, (person.zone, person.zone)])
    if form.is_sent():
        with current.writing() as session:
            registration.change_profile(
                session,
                person,
                name=str(form.name.data),
                phone=form.phone.data or "",
                zone=form.zone.data,
                actor=current.actor(),
                now=current.now(),
            )
        return go("public.accounts.own", said="Saved.")
    with current.reading() as session:
        browsers = queries.sign_ins_of(session, person.id, since=real_now() - LONGEST)
    here = sessions.token_hash(browser.token())
    names = {row.id: browser_name(row.browser) for row in browsers}
    return page(form=form, owner=person, browsers=browsers, names=names, here=here)


@pages.page("/password", "password", permission="account.own", methods=("GET", "POST"))
def password() -> ResponseReturnValue:
    """Change the password; every other browser is signed out."""
    form = ChangePasswordForm()
    if form.is_sent():
        person = person_of(current.actor())
        try:
            with current.writing() as session:
                factors.change_password(
                    session,
                    person,
                    present=str(form.present.data),
                    password=str(form.password.data),
                    actor=current.actor(),
                    now=current.now(),
                )
                sessions.end_all(session, person, but=browser.token())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("public.accounts.own", said="Your password is changed; other browsers are signed out.")
    return page(form=form)


@pages.page("/factor", "factor", permission="account.own", methods=("GET", "POST"))
def factor_page() -> ResponseReturnValue:
    """Turn the second factor on: a picture for the app, then a first code that proves it works."""
    person = person_of(current.actor())
    if person.has_second_factor:
        return go("public.accounts.own")
    form = FactorForm()
    key = factor.unsealed(form.sealed.data or "", keys().totp_key) or factor.new_key()
    if form.is_sent():
        try:
            with current.writing() as session:
                codes = factors.turn_on(
                    session, person, key, str(form.code.data), actor=current.actor(), now=current.now()
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return page("public/accounts/codes.html", codes=codes)
    form.sealed.data = factor.sealed(key, keys().totp_key)
    return page(form=form, key=_grouped(key), picture=_picture(key, person))


@pages.page("/factor/off", "factor_off", permission="account.own", methods=("GET", "POST"))
def factor_off() -> ResponseReturnValue:
    """Turn the second factor off, after asking for it once more."""
    form = SignerForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                factors.confirm_signer(session, current.actor(), str(form.signer.data))
                factors.turn_off(
                    session, person_of(current.actor()), actor=current.actor(), now=current.now()
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("public.accounts.own", said="The second factor is off.")
    return page(form=form)


@pages.page("/factor/codes", "factor_codes", permission="account.own", methods=("GET", "POST"))
def factor_codes() -> ResponseReturnValue:
    """Make new recovery codes; the old ones stop working."""
    person = person_of(current.actor())
    if not person.has_second_factor:
        return go("public.accounts.own")
    form = SignerForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                factors.confirm_signer(session, current.actor(), str(form.signer.data))
                codes = factors.new_recovery_codes(session, person, actor=current.actor(), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return page("public/accounts/codes.html", codes=codes)
    return page(form=form, left=len(person.recovery_hashes))


@pages.page("/others/end", "end_others", permission="account.own", methods=("POST",))
def end_others() -> ResponseReturnValue:
    """Sign out every browser but this one."""
    with current.writing() as session:
        count = sessions.end_others(
            session,
            person_of(current.actor()),
            token=browser.token(),
            actor=current.actor(),
            now=current.now(),
        )
    said = "Signed out in all other browsers." if count else "You were signed in nowhere else."
    return go("public.accounts.own", said=said)


@pages.page("/confirm-again", "confirm_again", permission="account.own", methods=("POST",))
def confirm_again() -> ResponseReturnValue:
    """Mail the link that confirms the address once more."""
    person, then = person_of(current.actor()), browser.wanted_page()
    if person.confirmed_at is None:
        with current.writing() as session:
            tries.count_mail(session, person.email, network=sign_in.network(), now=real_now())
            registration.ask_to_confirm(session, person, now=current.now(), then=then)
    said = f"A mail is on its way to {person.email}."
    if then:
        return go("public.accounts.registered", said=said, next=then)
    return go("public.accounts.own", said=said)


def _grouped(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def _picture(key: str, person: Person) -> dict[str, object]:
    """Draw the key's address as squares: the side in squares, and one SVG path."""
    import qrcode

    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(factor.address_of(key, person.email))
    matrix = code.get_matrix()
    dark = [(x, y) for y, row in enumerate(matrix) for x, cell in enumerate(row) if cell]
    return {"side": len(matrix), "path": "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)}
