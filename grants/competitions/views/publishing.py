"""Staff pages of publishing a competition and of canceling one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask.typing import ResponseReturnValue
from sqlmodel import Session

from grants.competitions import queries
from grants.competitions.forms.deeds import CancelForm, PublishForm
from grants.competitions.models import Competition
from grants.competitions.rules import notice as n
from grants.competitions.rules.notice_period import days_open
from grants.competitions.rules.publication import publication_findings
from grants.competitions.rules.weights import weights
from grants.competitions.services import publishing
from grants.competitions.views.doors import BY_NUMBER, load, staff
from grants.competitions.views.setup import rules_if_published
from grants.competitions.workflow import CompetitionStatus
from grants.errors import MoveRefused, NotFound, Refused, StaleVersion
from grants.findings import stops
from grants.web import current
from grants.web.fields import counted
from grants.web.render import go, page


@staff.page(
    "/<number>/publish",
    "publish",
    permission="competition.read",
    load=load,
    by=BY_NUMBER,
    methods=("GET", "POST"),
)
def publish(competition: Competition) -> ResponseReturnValue:
    """Check everything once more, show what goes out, and publish it."""
    if competition.status is not CompetitionStatus.DRAFT:
        said = f"{competition.number} is published; only an amendment changes it now."
        return go("staff.competitions.show", number=competition.number, said=said)
    form = PublishForm(data={"version": str(competition.version)})
    stale: StaleVersion | None = None
    if form.is_sent():
        try:
            with current.writing() as session:
                _publish(session, competition.id, str(form.version.data))
        except MoveRefused:
            return go("staff.competitions.show", number=competition.number, said="It is published already.")
        except Refused as refusal:
            form.refuse(refusal)
        except StaleVersion as caught:
            stale = caught
        else:
            said = f"{competition.number} is published. Its PDF is being made."
            return go("staff.competitions.show", number=competition.number, said=said)
    return _check_page(competition.number, form, stale)


def _publish(session: Session, competition_id: int, version: str) -> None:
    standing = queries.competition_by_id(session, competition_id)
    if standing is not None:
        publishing.publish(
            session,
            standing,
            version=counted(version, -1) if version else None,
            actor=current.actor(),
            now=current.now(),
        )


def _check_page(number: str, form: PublishForm, stale: StaleVersion | None) -> ResponseReturnValue:
    now = current.now()
    with current.reading() as session:
        competition = queries.competition_by_number(session, number)
        if competition is None:
            raise NotFound
        facts = queries.facts_of(session, competition, now)
    notice = facts.notice
    if stale is not None:
        form.version.data = str(competition.version)
    found = publication_findings(None, facts, now)
    return page(
        form=form,
        competition=competition,
        notice=notice,
        findings=found,
        stopping=stops(found),
        weights=weights(notice.criteria),
        days=days_open(now, notice.dates.deadline, notice.dates.zone) if notice.dates.deadline else None,
        clock_change=clock_change(now, notice.dates),
        rules=rules_if_published(notice, now),
        published_at=now,
        stale=stale,
        status=409 if stale else 200,
    )


@dataclass(frozen=True)
class ClockChange:
    """The night in the notice's time in which its zone changes its clock."""

    at: datetime
    before: str
    after: str


def clock_change(start: datetime, dates: n.Dates) -> ClockChange | None:
    """Return the first change of the zone's clock between publication and deadline."""
    if dates.deadline is None:
        return None
    zone, at = ZoneInfo(dates.zone), start
    while at < dates.deadline and at < start + timedelta(days=730):
        following = at + timedelta(hours=1)
        before, after = at.astimezone(zone), following.astimezone(zone)
        if before.utcoffset() != after.utcoffset():
            return ClockChange(following, str(before.tzname()), str(after.tzname()))
        at = following
    return None


@staff.page(
    "/<number>/cancel",
    "cancel",
    permission="competition.cancel",
    load=load,
    by=BY_NUMBER,
    methods=("GET", "POST"),
)
def cancel(competition: Competition) -> ResponseReturnValue:
    """Cancel a published competition, with the reason that applicants read."""
    form = CancelForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                standing = queries.competition_by_id(session, competition.id)
                if standing is not None:
                    publishing.cancel(
                        session,
                        standing,
                        reason=str(form.reason.data),
                        actor=current.actor(),
                        now=current.now(),
                    )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.competitions.show", number=competition.number, said="It is canceled.")
    return page(form=form, competition=competition)
