"""Administration: mail that did not go out, jobs, the policy tables, and whom people may ask."""

from datetime import UTC, datetime

from flask import request
from flask.typing import ResponseReturnValue

from grants.clock import real_now
from grants.competitions.queries import confirmed_texts
from grants.errors import Refused
from grants.home import services
from grants.home.forms import AgainForm, ContactForm, MailForm
from grants.home.queries import administration as house_queries
from grants.home.queries.working import working
from grants.home.views import record
from grants.lifecycle import outbox
from grants.lifecycle.models import Message
from grants.policies.loader import Kind, table
from grants.policies.printed import values_of
from grants.policies.rows import Row
from grants.web import current
from grants.web.render import go, page

pages = record.pages


KIND_WORDS = {Kind.MTDC: "Modified total direct cost"}


@pages.page("/mail", "mail", permission="outbox.manage")
def mail() -> ResponseReturnValue:
    """List the mail that a person must decide on, and the notices that became none."""
    with current.reading() as session:
        messages = house_queries.undelivered(session)
        notices = house_queries.failed_notices(session)
        counts = house_queries.mail_counts(session)
        state = working(session, at=real_now())
    return page(messages=messages, notices=notices, counts=counts, state=state)


@pages.page(
    "/mail/<uid>",
    "message",
    permission="outbox.manage",
    methods=("GET", "POST"),
    load=house_queries.message_by_uid,
)
def message(found: Message) -> ResponseReturnValue:
    """Send one mail again, to a corrected address if need be, or end it as arrived.

    Where the mail holds a key there is no field for another address.
    """
    holds_key = outbox.holds_key(found)
    form = (AgainForm if holds_key else MailForm)(obj=found)
    if form.is_sent():
        deed = services.end_mail if form.deed.data == "end" else services.send_mail_again
        address = (request.form.get("address") or found.address) if holds_key else str(form.address.data)
        try:
            with current.writing() as session:
                deed(session, found, address=address, actor=current.actor(), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = "The mail counts as sent." if form.deed.data == "end" else "The mail goes out again."
            return go("staff.home.mail", said=said)
    return page(form=form, message=found, holds_key=holds_key)


@pages.page("/jobs", "jobs", permission="jobs.read")
def jobs() -> ResponseReturnValue:
    """List the long work of late: what, for whom, how far, what failed; everybody's to an administrator."""
    with current.reading() as session:
        found = house_queries.jobs_of_late(session, current.actor())
        state = working(session, at=real_now())
    return page(jobs=found, state=state)


@pages.page("/policies", "policies", permission="policies.read")
def policies() -> ResponseReturnValue:
    """List the dated rules with their authority, those of one day or all."""
    typed = request.args.get("day", "").strip()[:40]
    day, fault = None, ""
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=UTC).date() if typed else None
    except ValueError:
        fault = f"“{typed}” is not a date that exists. Write it as 2014-10-15. Every rule is shown."
    with current.reading() as session:
        confirmed = confirmed_texts(session, None)
    kinds = [
        (
            KIND_WORDS.get(kind) or str(kind).replace("_", " ").capitalize(),
            [
                (row, [one for one in confirmed if one.subject == f"{kind}/{row.id}"])
                for row in table(kind)
                if day is None or row.is_in_force(day)
            ],
        )
        for kind in Kind
    ]
    return page(
        kinds=kinds, day=day, asked=typed, fault=fault, values_of=said_by, status=422 if fault else 200
    )


@pages.page("/contact", "contact", permission="people.manage", methods=("GET", "POST"))
def contact() -> ResponseReturnValue:
    """Say whom people may ask; it stands at the foot of every page and in every mail."""
    with current.reading() as session:
        present = house_queries.contact(session) or {}
    form = ContactForm(data=present)
    if form.is_sent():
        with current.writing() as session:
            services.set_contact(session, form.fields(), actor=current.actor(), now=current.now())
        return go("staff.home.contact", said="Saved.")
    return page(form=form)


def said_by(row: Row) -> list[tuple[str, str]]:
    """Return what a row of the catalogue says, as pairs of label and value."""
    return values_of(row, row)
