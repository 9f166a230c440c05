"""Staff pages of competitions: the list, a new one, one competition, its files."""

from datetime import datetime

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.datastructures import FileStorage

from grants.competitions import queries
from grants.competitions.forms.deeds import NOTHING, LoadForm, StartForm
from grants.competitions.models import Competition
from grants.competitions.rules.notice import Notice
from grants.competitions.rules.publication import publication_findings
from grants.competitions.rules.stage import Stage
from grants.competitions.rules.toml_text import load as read_toml
from grants.competitions.rules.toml_text import save as toml_of
from grants.competitions.services import opening
from grants.competitions.views.doors import BY_NUMBER, load, searched_words, staff
from grants.competitions.views.milestones import milestones_of
from grants.competitions.workflow import CompetitionStatus
from grants.errors import Refused
from grants.findings import Finding
from grants.web import current
from grants.web.fields import choices, page_asked
from grants.web.render import go, page

STATUSES = [
    ("draft", "In preparation"),
    (str(Stage.COMING), "Coming"),
    (str(Stage.OPEN), "Open"),
    (str(Stage.CLOSED), "Closed or over"),
    ("decided", "Decided"),
    ("canceled", "Canceled"),
]


@staff.page("", "index", permission="competition.list")
def index() -> ResponseReturnValue:
    """List all competitions, those in preparation first."""
    words, status = searched_words(), request.args.get("status", "")
    with current.reading() as session:
        listing = queries.competitions(
            session, words=words, status=status, page=page_asked(), now=current.now()
        )
    return page(listing=listing, words=words, chosen=status, statuses=STATUSES)


@staff.page("/new", "new", permission="competition.create", methods=("GET", "POST"))
def new() -> ResponseReturnValue:
    """Start a competition, empty or as a copy of another."""
    form = StartForm()
    with current.reading() as session:
        sources = queries.competitions(session, now=current.now()).rows
    known = (
        (row.competition.number, f"{row.competition.number}: {row.competition.title}") for row in sources
    )
    form.source.choices = choices([NOTHING, *known])
    if request.method == "GET" and request.args.get("copy"):
        form.source.data = request.args["copy"]
    if form.is_sent():
        try:
            with current.writing() as session:
                started = _start(session, form, current.now())
                number = started.number
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return go("staff.competitions.setup", number=number, said=f"{number} is in preparation.")
    return page(form=form)


def _start(session: Session, form: StartForm, now: datetime) -> Competition:
    number = str(form.number.data)
    source = queries.competition_by_number(session, form.source.data) if form.source.data else None
    if source is None:
        return opening.create(session, number, title=form.title.data or "", actor=current.actor(), now=now)
    return opening.copy(
        session,
        source,
        number=number,
        fiscal_year=form.fiscal_year.data or (source.fiscal_year or now.year) + 1,
        move_dates=form.dates.data == "move",
        actor=current.actor(),
        now=now,
    )


@staff.page("/<number>", "show", permission="competition.read", load=load, by=BY_NUMBER)
def show(competition: Competition) -> ResponseReturnValue:
    """Show one competition: its milestones, each deed on its milestone."""
    now = current.now()
    with current.reading() as session:
        states = queries.states_of(session, competition.id)
        amendments = queries.amendments_of(session, competition.id)
        in_preparation = queries.amendment_in_preparation(session, competition.id)
        facts = queries.facts_of(session, competition, now)
        stages = current_app.extensions["grants.stages"](session, competition, current.actor())
    found = publication_findings(None, facts, now)
    return page(
        competition=competition,
        states=states,
        per_year=sum(state.federal_per_year or 0 for state in states),
        amendments=amendments,
        in_preparation=in_preparation,
        milestones=milestones_of(competition, amendments, found, now, stages),
        is_draft=competition.status is CompetitionStatus.DRAFT,
    )


@staff.page("/load", "load", permission="competition.create", methods=("GET", "POST"))
def load_file() -> ResponseReturnValue:
    """Start a competition from a TOML file; every fault is shown with its line."""
    form = LoadForm()
    if form.is_sent():
        notice, faults = _read(form)
        form.lay(faults)
        if notice is not None:
            try:
                with current.writing() as session:
                    number = opening.load_new(
                        session, notice, actor=current.actor(), now=current.now()
                    ).number
            except Refused as refusal:
                form.refuse(refusal)
            else:
                return go("staff.competitions.setup", number=number, said=f"{number} is loaded as a draft.")
    return page(form=form)


@staff.page(
    "/<number>/files",
    "files",
    permission="competition.save",
    load=load,
    by=BY_NUMBER,
    methods=("GET", "POST"),
)
def files(competition: Competition) -> ResponseReturnValue:
    """Show the competition as TOML; a draft takes the values of a file."""
    form = LoadForm()
    if form.is_sent():
        notice, faults = _read(form)
        form.lay(faults)
        if notice is not None:
            try:
                with current.writing() as session:
                    _over(session, competition.number, notice)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                said = "The draft has the values of the file."
                return go("staff.competitions.setup", number=competition.number, said=said)
    with current.reading() as session:
        text = toml_of(queries.notice_of(session, competition))
    return page(
        form=form, competition=competition, text=text, is_draft=competition.status is CompetitionStatus.DRAFT
    )


def _over(session: Session, number: str, notice: Notice) -> None:
    standing = queries.competition_by_number(session, number)
    if standing is not None:
        opening.load_over(session, standing, notice, actor=current.actor(), now=current.now())


@staff.page("/<number>/file", "file", permission="competition.save", load=load, by=BY_NUMBER)
def file(competition: Competition) -> ResponseReturnValue:
    """Send the competition as a TOML file."""
    with current.reading() as session:
        text = toml_of(queries.notice_of(session, competition))
    return Response(
        text,
        mimetype="application/toml",
        headers={"Content-Disposition": f'attachment; filename="{competition.number}.toml"'},
    )


def _read(form: LoadForm) -> tuple[Notice | None, list[Finding]]:
    upload = form.upload.data
    if isinstance(upload, FileStorage) and upload.filename:
        try:
            text = upload.stream.read().decode("utf-8")
        except UnicodeDecodeError:
            sentence = "This file is not text in UTF-8. Save it as a TOML file and load it again."
            return None, [Finding("competition.file.not_text", sentence, field="upload")]
        form.file.data = text
    else:
        text = str(form.file.data or "")
    if not text.strip():
        return None, [Finding("competition.file.empty", "Choose a file, or paste its text.", field="upload")]
    return read_toml(text.replace("\r\n", "\n"))
