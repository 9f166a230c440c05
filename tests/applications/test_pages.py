"""The applicant's pages as the applicant meets them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.adapters.files import Files
from grants.applications.models import Application
from grants.database import Database
from tests.factories import applications as make
from tests.plugins.web import ActAs

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Stage:
    """A started application and clients of its people."""

    app: Flask
    scene: make.Scene
    application: Application
    act_as: ActAs

    @property
    def database(self) -> Database:
        database: Database = self.app.extensions["grants.database"]
        return database

    @property
    def files(self) -> Files:
        files: Files = self.app.extensions["grants.files"]
        return files

    def url(self, rest: str = "") -> str:
        return f"/applicant/applications/{self.application.uid}{rest}"

    def writer(self) -> FlaskClient:
        return self.act_as(self.scene.writer)

    def complete(self) -> None:
        with self.database.writing() as session:
            session.add(self.application)
            make.complete(session, self.scene, self.application, self.files)


@pytest.fixture
def stage(app: Flask, act_as: ActAs) -> Iterator[Stage]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.extensions["grants.database"].writing() as session:
        scene = make.make_scene(session)
        application = make.start(session, scene)
    yield Stage(app, scene, application, act_as)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "/about",
        "/people",
        "/sections/strategy",
        "/budget",
        "/budget/1",
        "/sources",
        "/sources/add",
        "/documents",
        "/review",
        "/status",
    ],
)
def test_each_page_of_a_draft_opens(stage: Stage, rest: str) -> None:
    answer = stage.writer().get(stage.url(rest))

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("rest", ["", "/about", "/sections/strategy", "/budget/1", "/documents", "/review"])
def test_another_host_does_not_know_of_it(stage: Stage, rest: str) -> None:
    answer = stage.act_as(stage.scene.stranger).get(stage.url(rest))

    assert answer.status_code == 404
