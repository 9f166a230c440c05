"""Organizations as their members see them: data, members, invitations."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grants.accounts.queries import person_by_id
from grants.errors import NotFound, Refused, StaleVersion
from grants.findings import Finding, Level
from grants.organizations import queries, services
from grants.organizations.forms import KINDS, MEANINGS, AnswerForm, InviteForm, MemberForm, OrganizationForm
from grants.organizations.models import Invitation, MemberRole, Organization
from grants.organizations.rules import STATES
from grants.web import current
from grants.web.render import go, page
from grants.web.routing import Pages

pages = Pages("organizations", audience="applicant")
WORDS_OF_KIND = {str(kind): words for kind, words in KINDS}


@pages.page("/", "index", permission="home.applicant")
def index() -> ResponseReturnValue:
    """List one's own organizations; somebody with one is led straight to it."""
    actor = current.actor()
    with current.reading() as session:
        organizations = queries.organizations_of(session, actor.person_id or 0)
        invited = queries.invitations_to(session, actor.email, now=current.now()) if actor.email else []
    if len(organizations) == 1 and not invited:
        return redirect(url_for("applicant.organizations.show", uid=organizations[0].uid), 303)
    return page(organizations=organizations, invited=invited, kinds=WORDS_OF_KIND, states=STATES)


@pages.page("/new", "create", permission="organization.create", methods=("GET", "POST"))
def create() -> ResponseReturnValue:
    """Register an organization; who came to start an application is led on to it."""
    form = OrganizationForm()
    wanted = request.args.get("competition", "")[:60]
    if form.is_sent():
        try:
            with current.writing() as session:
                made = services.create(session, form.fields(), actor=current.actor(), now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"{made.name} is registered, and you sign for it. Invite the people you work with."
            if wanted:
                return go("applicant.applications.start", competition=wanted, said=said)
            return go("applicant.organizations.show", uid=made.uid, said=said)
    return page(form=form, wanted=wanted)


@pages.page("/<uid>", "show", permission="organization.read", load=queries.organization_by_uid)
def show(organization: Organization) -> ResponseReturnValue:
    """Show an organization's data and its members, with who may sign."""
    with current.reading() as session:
        members = queries.members_of(session, organization.id)
        invited = queries.invitations_of(session, organization.id)
    return page(
        organization=organization,
        members=members,
        invited=[row.invitation for row in invited],
        inviters={row.invitation.id: row.invited_by for row in invited},
        kind=WORDS_OF_KIND[organization.kind],
        state=STATES[organization.state],
        warnings=current_warnings(organization),
        signs=current.actor().memberships.get(organization.id) == str(MemberRole.REPRESENTATIVE),
        form=MemberForm(),
    )


@pages.page(
    "/<uid>/edit",
    "edit",
    permission="organization.edit",
    load=queries.organization_by_uid,
    methods=("GET", "POST"),
)
def edit(organization: Organization) -> ResponseReturnValue:
    """Change an organization's data; what somebody else saved meanwhile is shown beside."""
    form = OrganizationForm(obj=organization)
    theirs: dict[str, str] = {}
    if form.is_sent():
        try:
            with current.writing() as session:
                services.edit(
                    session,
                    organization,
                    form.fields(),
                    version=form.version.data or 0,
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        except StaleVersion as stale:
            theirs = {name: value for name, value in stale.current.items() if value != stale.offered[name]}
            form.lay([Finding("stale", stale.message + " Send again to keep yours.", level=Level.STOP)])
            form.version.raw_data, form.version.data = None, stale.version
        else:
            return go("applicant.organizations.show", uid=organization.uid, said="Saved.")
    return page(
        form=form,
        organization=organization,
        theirs=theirs,
        labels=_labels(form),
        status=409 if theirs else 200,
    )


@pages.page(
    "/<uid>/invite",
    "invite",
    permission="organization.invite",
    load=queries.organization_by_uid,
    methods=("GET", "POST"),
)
def invite(organization: Organization) -> ResponseReturnValue:
    """Invite a person by mail."""
    form = InviteForm()
    if form.is_sent():
        try:
            with current.writing() as session:
                services.invite(
                    session,
                    organization,
                    email=str(form.email.data),
                    role=MemberRole(form.role.data),
                    actor=current.actor(),
                    now=current.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"An invitation is on its way to {form.email.data}. It is good for 14 days."
            return go("applicant.organizations.show", uid=organization.uid, said=said)
    return page(form=form, organization=organization, meanings=MEANINGS)


@pages.page(
    "/<uid>/members/<member>/role/<role>",
    "change_role",
    permission="organization.invite",
    load=queries.organization_by_uid,
    methods=("GET", "POST"),
)
def change_role(organization: Organization, member: str, role: str) -> ResponseReturnValue:
    """Make a member an authorized representative or no longer, on a page that says what follows."""
    if role not in {"member", "representative"}:
        raise NotFound
    wanted = MemberRole.MEMBER if role == "member" else MemberRole.REPRESENTATIVE
    form = MemberForm()
    row = _member(organization, member)
    if form.is_sent():
        try:
            with current.writing() as session:
                services.change_role(
                    session, organization, row.membership, wanted, actor=current.actor(), now=current.now()
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"{row.person.name} is {wanted} of {organization.name} now."
            return go("applicant.organizations.show", uid=organization.uid, said=said)
    return page(form=form, organization=organization, row=row, wanted=wanted, role=role)


@pages.page(
    "/<uid>/members/<member>/remove",
    "remove",
    permission="organization.invite",
    load=queries.organization_by_uid,
    methods=("GET", "POST"),
)
def remove(organization: Organization, member: str) -> ResponseReturnValue:
    """End a membership, on a page that says what follows."""
    form = MemberForm()
    row = _member(organization, member)
    if form.is_sent():
        try:
            with current.writing() as session:
                services.remove(
                    session, organization, row.membership, actor=current.actor(), now=current.now()
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"{row.person.name} no longer belongs to {organization.name}."
            if row.person.id == current.actor().person_id:
                return go("applicant.home.index", said=said)
            return go("applicant.organizations.show", uid=organization.uid, said=said)
    return page(form=form, organization=organization, row=row)


@pages.page(
    "/invitations/<uid>/again",
    "invite_again",
    permission="organization.invite",
    load=queries.invitation_by_uid,
    methods=("POST",),
)
def invite_again(invitation: Invitation) -> ResponseReturnValue:
    """Mail an invitation once more; the new link takes the place of the old one."""
    with current.writing() as session:
        fresh = session.get_one(Invitation, invitation.id)
        services.invite_again(session, fresh, actor=current.actor(), now=current.now())
        organization = queries.invitation_row(session, fresh).organization
    said = f"A new invitation is on its way to {invitation.email}. The earlier link opens nothing any more."
    return go("applicant.organizations.show", uid=organization.uid, said=said)


@pages.page(
    "/invitations/<uid>/withdraw",
    "withdraw",
    permission="organization.invite",
    load=queries.invitation_by_uid,
    methods=("POST",),
)
def withdraw(invitation: Invitation) -> ResponseReturnValue:
    """Take an invitation back."""
    with current.writing() as session:
        fresh = session.get_one(Invitation, invitation.id)
        services.withdraw(session, fresh, actor=current.actor(), now=current.now())
        organization = queries.invitation_row(session, fresh).organization
    said = f"The invitation of {invitation.email} is withdrawn."
    return go("applicant.organizations.show", uid=organization.uid, said=said)


@pages.page(
    "/invitations/<uid>",
    "invited",
    permission="organization.join",
    load=queries.invitation_by_uid,
    methods=("GET", "POST"),
)
def invited(invitation: Invitation) -> ResponseReturnValue:
    """Answer an invitation to one's own confirmed address."""
    form = AnswerForm()
    actor = current.actor()
    with current.reading() as session:
        row = queries.invitation_row(session, invitation)
    if form.is_sent():
        try:
            with current.writing() as session:
                person = person_by_id(session, actor.person_id)
                fresh = session.get_one(Invitation, invitation.id)
                if person is None:
                    raise NotFound
                services.accept(session, fresh, person=person, actor=actor, now=current.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            said = f"You belong to {row.organization.name} now."
            return go("applicant.organizations.show", uid=row.organization.uid, said=said)
    return page(form=form, row=row, meanings=MEANINGS)


@pages.page(
    "/invitations/<uid>/decline",
    "decline",
    permission="organization.join",
    load=queries.invitation_by_uid,
    methods=("POST",),
)
def decline(invitation: Invitation) -> ResponseReturnValue:
    """Decline an invitation to one's own confirmed address."""
    with current.writing() as session:
        fresh = session.get_one(Invitation, invitation.id)
        services.decline(session, fresh, actor=current.actor(), now=current.now())
    return go("applicant.home.index", said="You declined the invitation.")


def current_warnings(organization: Organization) -> list[Finding]:
    """Ask what looks like a typo in the identifiers; the checks belong to eligibility and are wired in."""
    from flask import current_app

    check = current_app.extensions.get("grants.identifier_warnings")
    return list(check(organization.ein, organization.uei)) if check else []


def _member(organization: Organization, uid: str) -> queries.MemberRow:
    with current.reading() as session:
        rows = queries.members_of(session, organization.id)
    for row in rows:
        if row.membership.uid == uid:
            return row
    raise NotFound


def _labels(form: OrganizationForm) -> dict[str, str]:
    return {field.name: field.label.text for field in form}
