"""The pages of continuations as each person meets them, and what bad input gets for an answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from grants.access.actor import Actor
from grants.clock import StoppedClock
from grants.continuations.models import Request
from grants.continuations.queries.requests import request_by_uid
from grants.continuations.queries.waiting import next_milestones, waiting_for
from grants.continuations.rules.gates import Choice, Proposal
from grants.database import Database
from grants.versions import fingerprint
from tests.architecture.crawl import Heard
from tests.factories.continuations import (
    DECIDES,
    OPENS,
    PASSWORD,
    WORKS,
    Center,
    evaluate,
    fill_request,
    let_sign,
    make_center,
    open_request,
    submit,
)
from tests.plugins.web import ActAs

STAGES = ["opened", "filled", "submitted", "evaluated"]


@dataclass
class Scene:
    """One center with its request, the pages as anybody, and the clock."""

    app: Flask
    clock: StoppedClock
    center: Center
    uid: str
    act_as: ActAs

    def as_(self, who: str) -> FlaskClient:
        actor: Actor = getattr(self.center, who)
        return self.act_as(actor)

    @contextmanager
    def session(self) -> Iterator[Session]:
        database: Database = self.app.extensions["grants.database"]
        with database.writing() as session:
            yield session

    def request(self) -> Request:
        with self.session() as session:
            found = request_by_uid(session, self.uid)
            assert found is not None
            return found

    @property
    def own(self) -> str:
        return f"/applicant/continuations/{self.uid}"

    @property
    def staff(self) -> str:
        return f"/staff/continuations/{self.uid}"


@pytest.fixture
def scene(app: Flask, clock: StoppedClock, act_as: ActAs, stage: str) -> Scene:
    """The scene at one stage of the request's life."""
    database: Database = app.extensions["grants.database"]
    with database.writing() as session:
        center = make_center(session)
        for actor in (center.representative, center.officer, center.grants_officer):
            let_sign(session, actor)
        request = open_request(session, center)
        if stage != "opened":
            fill_request(session, center, request)
        if stage in {"submitted", "evaluated"}:
            submit(session, center, request)
        if stage == "evaluated":
            evaluate(session, center, request, Proposal(Choice.APPROVE))
    clock.put(DECIDES if stage in {"submitted", "evaluated"} else WORKS)
    return Scene(app, clock, center, request.uid, act_as)


opened = pytest.mark.parametrize("stage", ["opened"])
filled = pytest.mark.parametrize("stage", ["filled"])
submitted = pytest.mark.parametrize("stage", ["submitted"])
evaluated = pytest.mark.parametrize("stage", ["evaluated"])


@pytest.mark.parametrize("stage", STAGES)
def test_every_page_opens_at_every_stage(scene: Scene) -> None:
    years = f"years/{scene.center.award.uid}"
    own = ["", "scope", "outcomes", "actuals", "carry-over", "budget", "differences", "submit"]
    pages = [("member", f"{scene.own}/{name}".rstrip("/")) for name in own]
    pages += [("member", "/applicant/continuations"), ("member", f"/applicant/continuations/{years}")]
    pages += [("officer", f"{scene.staff}{name}") for name in ("", "/evaluate", "/send-back")]
    pages += [("officer", "/staff/continuations"), ("officer", f"/staff/continuations/{years}")]
    pages += [("grants_officer", scene.staff), ("grants_officer", f"{scene.staff}/decide")]

    answers = {(who, url): scene.as_(who).get(url).status_code for who, url in pages}

    assert {key: status for key, status in answers.items() if status != 200} == {}


@filled
@pytest.mark.parametrize("who", ["stranger", "officer"])
def test_what_one_may_not_know_of_is_not_there(scene: Scene, who: str) -> None:
    client = scene.as_(who)
    urls = [scene.own, f"{scene.own}/budget", f"/applicant/continuations/years/{scene.center.award.uid}"]

    assert {client.get(url).status_code for url in urls} == {404}
    assert client.post(f"{scene.own}/send-draft").status_code == 404
    assert client.get("/applicant/continuations/no-such-request").status_code == 404


@filled
def test_the_center_sees_no_staff_page(scene: Scene) -> None:
    client = scene.as_("representative")

    assert {client.get(f"{scene.staff}{name}").status_code for name in ("", "/evaluate", "/decide")} == {404}


@opened
@pytest.mark.parametrize(
    ("page", "typed", "sentence"),
    [
        ("actuals", {"spent": "-5"}, "A negative amount does not belong here."),
        ("actuals", {"spent": "1.005"}, "at most two digits for cents"),
        ("actuals", {"claimed": "9" * 30}, "Enter an amount of at most"),
        ("actuals", {"as_of": "2/30/2016"}, "is not a date that exists"),
        ("outcomes", {"clients_actual": "-1"}, "Enter a whole number of zero or more."),
        ("outcomes", {"clients_actual": "many"}, "is not a whole number. Write it for example as 3."),
        ("carry-over", {"answer": "toward", "amount": "1.234"}, "at most two digits for cents"),
        ("carry-over", {"answer": "toward", "amount": ""}, "Enter the amount that is carried over."),
        ("carry-over", {"answer": "toward", "amount": "9999999999"}, "Carry over at most that much"),
        ("carry-over", {"answer": "sideways", "amount": "1"}, "Choose"),
        ("budget", {"state_local__cash": "-1"}, "A negative amount does not belong here."),
        ("budget", {"state_local__cash": "12,34"}, "Write 12.34."),
        ("scope", {"scope": "x" * 30_001}, "Use at most 30,000 characters"),
    ],
)
def test_bad_input_comes_back_with_a_sentence_and_nothing_lost(
    scene: Scene, page: str, typed: dict[str, str], sentence: str
) -> None:
    answer = scene.as_("member").post(f"{scene.own}/{page}", data={"version": "1", **typed})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert all(value[:200] in text for value in typed.values() if value != "sideways")


@opened
def test_a_stale_page_is_shown_both_texts(scene: Scene) -> None:
    scene.as_("member").post(f"{scene.own}/scope", data={"version": "1", "scope": "Theirs"})

    answer = scene.as_("representative").post(f"{scene.own}/scope", data={"version": "1", "scope": "Mine"})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Theirs" in text
    assert 'name="version" type="hidden" value="2"' in text
    again = scene.as_("representative").post(f"{scene.own}/scope", data={"version": "2", "scope": "Mine"})
    assert again.status_code == 303


@filled
def test_a_stale_budget_is_shown_both_amounts(scene: Scene) -> None:
    url = f"{scene.own}/budget"
    whole = {"nist_federal__federal": "1,668,359.00", "personnel__federal": "1,668,359.00"}
    scene.as_("member").post(url, data={"version": "0", **whole, "state_local__cash": "2.00"})

    answer = scene.as_("representative").post(
        url, data={"version": "0", **whole, "state_local__cash": "3.00"}
    )

    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "State and local funds, cash" in text
    assert ("2.00" in text, "3.00" in text) == (True, True)


@filled
def test_the_final_needs_the_representative_and_the_password(scene: Scene) -> None:
    url = f"{scene.own}/submit"

    assert scene.as_("member").post(url, data={"signer": PASSWORD}).status_code in {404, 422}
    assert scene.as_("representative").post(url, data={"signer": "wrong"}).status_code == 422
    assert scene.request().status == "draft"
    assert scene.as_("representative").post(url, data={"signer": PASSWORD}).status_code == 303
    assert (
        scene.as_("representative").post(url, data={"signer": PASSWORD}).status_code == 303
    )  # a double click
    assert scene.request().status == "final_sent"


@opened
def test_a_final_with_gaps_is_refused_with_all_of_them(scene: Scene) -> None:
    answer = scene.as_("representative").post(f"{scene.own}/submit", data={"signer": PASSWORD})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ("Operating plan of year 2" in text, "Year 1 so far lacks" in text) == (True, True)


@filled
def test_late_is_told_and_does_not_close_the_door(scene: Scene) -> None:
    scene.clock.put(DECIDES)
    client = scene.as_("representative")

    assert "Late by 19 days" in client.get(scene.own).get_data(as_text=True)
    assert client.post(f"{scene.own}/submit", data={"signer": PASSWORD}).status_code == 303
    assert "late" in scene.as_("officer").get("/staff/continuations").get_data(as_text=True)


EVALUATION = {
    "version": "1",
    "federal_budget": "On plan.",
    "annual_plan": "Achieved.",
    "match_delivered": "Short by 135,000.00, promised for January.",
    "choice": "approve",
    "ground": "",
}


@submitted
def test_recalculating_needs_no_script_and_stores_nothing(scene: Scene) -> None:
    typed = {**EVALUATION, "choice": "lower", "amount": "1,413,759.00", "do": "recalculate"}

    text = scene.as_("officer").post(f"{scene.staff}/evaluate", data=typed).get_data(as_text=True)

    assert "at this amount $1,413,759.00 is needed" in text
    assert "Short by 135,000.00, promised" in text
    assert 'value="1,413,759.00"' not in scene.as_("officer").get(f"{scene.staff}/evaluate").get_data(
        as_text=True
    )


@submitted
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"annual_plan": ""}, "Write your reading of “Annual plan achieved”."),
        ({"choice": "lower", "amount": "-1"}, "A negative amount does not belong here."),
        ({"choice": "lower", "amount": "1.001"}, "at most two digits for cents"),
        ({"choice": "lower", "amount": "99,999,999.00"}, "The amount is not lower than the request."),
        ({"choice": "defer", "defer_until": "13/40/2016"}, "is not a date that exists"),
        ({"choice": "deny", "reason": ""}, "Choose the ground"),
    ],
)
def test_an_evaluation_that_lacks_something_stays_with_its_words(
    scene: Scene, typed: dict[str, str], sentence: str
) -> None:
    answer = scene.as_("officer").post(f"{scene.staff}/evaluate", data={**EVALUATION, **typed, "do": "send"})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert "promised for January" in text
    assert scene.request().status == "final_sent"


@submitted
def test_an_evaluation_goes_to_the_grants_officer_once(scene: Scene) -> None:
    first = scene.as_("officer").post(f"{scene.staff}/evaluate", data={**EVALUATION, "do": "send"})
    second = scene.as_("officer").post(f"{scene.staff}/evaluate", data={**EVALUATION, "do": "send"})

    assert (first.status_code, second.status_code) == (303, 409)
    assert scene.request().status == "evaluated"


@evaluated
def test_who_signs_wrongly_too_often_waits_and_keeps_what_was_typed(scene: Scene) -> None:
    url = f"{scene.staff}/decide"
    sent = {**DECISION, "signer": "wrong", "reason": "The center met every goal of year 2."}
    client = scene.as_("grants_officer")

    answers = [client.post(url, data=sent) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert "Wait 15 minutes" in answers[-1].get_data(as_text=True)
    assert int(answers[-1].headers["Retry-After"]) > 800
    assert "The center met every goal of year 2." in answers[-1].get_data(as_text=True)


DECISION = {"choice": "approve", "ground": "", "signer": PASSWORD, "do": "sign"}


@evaluated
def test_an_approval_is_signed_made_released_and_mailed(
    scene: Scene, work: Callable[[], int], mail: Path
) -> None:
    client = scene.as_("grants_officer")
    url = f"{scene.staff}/decide"

    assert client.post(url, data={**DECISION, "signer": "wrong"}).status_code == 422
    assert client.post(url, data=DECISION).status_code == 303
    assert client.post(url, data=DECISION).status_code == 409  # a double click
    hidden = scene.as_("member").get(scene.own).get_data(as_text=True)
    assert "Waiting for the grants officer" in hidden
    work()
    page = scene.as_("grants_officer").get(scene.staff).get_data(as_text=True)
    batch = page.split("/staff/documents/batches/")[1].split('"')[0]
    assert scene.as_("grants_officer").post(f"/staff/documents/batches/{batch}/release").status_code == 303
    work()

    told = scene.as_("member").get(scene.own).get_data(as_text=True)
    assert ("Approved" in told, "Amendment of the award (PDF)" in told) == (True, True)
    letters = [
        text for file in mail.iterdir() if "decision on your year 2 request" in (text := file.read_text())
    ]
    assert len(letters) == 2  # the representative and the member
    assert all("amendment-L-" in text for text in letters)


@evaluated
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "decision",
    [
        {},
        {
            "choice": "deny",
            "ground": "performance",
            "reason": "Jobs were at 20 % of the plan.",
            "objection": "Write to the grants officer.",
            "object_by": "3/21/2016",
        },
    ],
    ids=["amendment", "denial"],
)
def test_a_letter_is_accessible(
    scene: Scene, decision: dict[str, str], work: Callable[[], int], verapdf: Callable[[bytes], list[str]]
) -> None:
    client = scene.as_("grants_officer")
    client.post(f"{scene.staff}/decide", data={**DECISION, **decision})
    work()
    page = client.get(scene.staff).get_data(as_text=True)
    letter = page.split("/staff/documents/letters/")[1].split('"')[0]

    pdf = client.get(f"/staff/documents/letters/{letter}").get_data()

    assert pdf[:5] == b"%PDF-"
    assert verapdf(pdf) == []


@pytest.mark.parametrize("stage", ["submitted"])
def test_who_evaluated_is_told_that_another_must_decide(scene: Scene) -> None:
    with scene.session() as session:
        request = request_by_uid(session, scene.uid)
        assert request is not None
        evaluate(session, scene.center, request, Proposal(Choice.APPROVE), actor=scene.center.second_officer)

    answer = scene.as_("second_officer").post(f"{scene.staff}/decide", data=DECISION)

    assert answer.status_code == 403
    assert "You evaluated this request, so another person must decide it." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("stage", "who", "verbs"),
    [
        ("opened", "member", ["Send the draft of the year 2 request"]),
        ("opened", "officer", []),
        ("submitted", "member", []),
        ("submitted", "officer", ["Evaluate the year 2 request"]),
        ("submitted", "grants_officer", []),
        ("evaluated", "officer", ["Decision on the year 2 request"]),
        ("evaluated", "grants_officer", ["Decide the year 2 request"]),
        ("evaluated", "stranger", []),
    ],
)
def test_each_home_says_what_waits(scene: Scene, who: str, verbs: list[str]) -> None:
    with scene.session() as session:
        rows = waiting_for(session, getattr(scene.center, who), scene.clock.now())

    assert [row.verb for row in rows] == verbs


@filled
def test_a_comment_on_a_draft_reaches_the_center(scene: Scene, work: Callable[[], int], mail: Path) -> None:
    early = scene.as_("officer").post(f"{scene.staff}/comment", data={"comment": "Too early."})
    scene.as_("member").post(f"{scene.own}/send-draft")
    empty = scene.as_("officer").post(f"{scene.staff}/comment", data={"comment": "  "})
    said = scene.as_("officer").post(f"{scene.staff}/comment", data={"comment": "Name the two sites."})
    work()

    assert (early.status_code, empty.status_code, said.status_code) == (409, 422, 303)
    assert "Name the two sites." in scene.as_("member").get(scene.own).get_data(as_text=True)
    mails = [text for file in mail.iterdir() if "comment on your year 2 draft" in (text := file.read_text())]
    assert len(mails) == 2


@opened
def test_the_list_of_centers_leads_to_each(scene: Scene) -> None:
    text = scene.as_("grants_officer").get("/staff/continuations/centers").get_data(as_text=True)
    none = scene.as_("grants_officer").get("/staff/continuations/centers?words=100%25").get_data(as_text=True)

    assert f"/staff/continuations/years/{scene.center.award.uid}" in text
    assert scene.staff in text
    assert "No center has an accepted award under these words" in none


@filled
def test_a_save_of_the_budget_answers_with_the_verdict_of_what_is_stored(scene: Scene) -> None:
    typed = {"state_local__cash": "100.00", "personnel__federal": "x"}
    bases = {f"base:{name}": fingerprint("") for name in typed}
    sent = {**typed, **bases, "saving": "fields", "version": "0"}

    answer = scene.as_("member").post(f"{scene.own}/budget", data=sent, headers={"X-Requested-With": "fetch"})

    found = answer.get_json()
    assert answer.status_code in {409, 422}
    assert "personnel__federal" not in found["stored"]
    assert found["spoken"].startswith("Year 2")
    assert "required" in found["cells"]


@opened
def test_the_clock_knows_the_next_instants(scene: Scene) -> None:
    with scene.session() as session:
        found = next_milestones(session, OPENS)

    assert [what for what, _at in found] == [
        "draft request due, year 2 of 70NANB15H001",
        "final request due, year 2 of 70NANB15H001",
    ]


@opened
def test_a_conflicted_officer_finds_no_trace(scene: Scene) -> None:
    known = scene.center.officer
    barred = Actor(
        person_id=known.person_id,
        name=known.name,
        staff_roles=known.staff_roles,
        barred=frozenset({scene.center.application.id}),
    )
    client = scene.act_as(barred)

    assert "No continuation request is open" in client.get("/staff/continuations").get_data(as_text=True)
    assert client.get(scene.staff).status_code == 404
    assert client.get(f"/staff/continuations/years/{scene.center.award.uid}").status_code == 404


@opened
def test_the_queue_asks_as_often_for_three_centers_as_for_one(scene: Scene) -> None:
    heard = Heard()
    heard.listen(scene.app.extensions["grants.database"])
    client = scene.as_("officer")
    client.get("/staff/continuations")
    heard.forget()
    client.get("/staff/continuations")
    at_one = heard.count
    with scene.session() as session:
        for number, state in (("NH-1", "NH"), ("TX-1", "TX")):
            make_center(session, number=number, state=state, name=f"Center {state}", officers=scene.center)
        open_request(session, scene.center)

    heard.forget()
    text = client.get("/staff/continuations").get_data(as_text=True)

    assert "3 requests" in text
    assert heard.count == at_one
