"""Endpoint, URL and template are the same words, and no template is an orphan."""

import re

import pytest
from flask import Flask

from grants.web import errors
from grants.web.routing import AUDIENCES
from tests.architecture import house

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def own_endpoints(app: Flask) -> list[str]:
    """Every endpoint of ours: audience, noun, page."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    return sorted(endpoint for endpoint in endpoints if endpoint.split(".")[0] in AUDIENCES)


def test_every_own_endpoint_has_audience_noun_and_page(app: Flask) -> None:
    assert [endpoint for endpoint in own_endpoints(app) if len(endpoint.split(".")) != 3] == []


def test_a_url_starts_with_its_audience_and_holds_its_noun(app: Flask) -> None:
    strange = []
    for rule in app.url_map.iter_rules():
        audience, _, rest = rule.endpoint.partition(".")
        if audience not in AUDIENCES:
            continue
        noun = rest.split(".")[0].replace("_", "-")
        prefix = AUDIENCES[audience]
        if not (rule.rule + "/").startswith(prefix + "/") or (
            noun != "home" and noun not in rule.rule.split("/")
        ):
            strange.append(f"{rule.endpoint} {rule.rule}")

    assert strange == []


def test_no_template_is_an_orphan(app: Flask) -> None:
    pages = {f"{endpoint.replace('.', '/')}.html" for endpoint in own_endpoints(app)}
    named = _named_in_code() | _named_in_templates() | {f"errors/{status}.html" for status in errors.PAGES}

    assert {name for name in house.templates() if name not in pages | named} == set()


def test_every_template_that_is_named_exists(app: Flask) -> None:
    assert (_named_in_templates() | _named_in_code()) - house.templates() == set()


def _named_in_templates() -> set[str]:
    pattern = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
    return {
        name
        for path in (house.ROOT / "templates").rglob("*")
        if path.is_file()
        for name in pattern.findall(path.read_text())
    }


def _named_in_code() -> set[str]:
    pattern = re.compile(r"""["']((?:[a-z_]+/)+[a-z_0-9]+\.(?:html|txt|css))["']""")
    pair = re.compile(r"""["'](emails/[a-z_]+/[a-z_0-9]+)["']""")
    folders = {path.name for path in (house.ROOT / "templates").iterdir() if path.is_dir()}
    texts = [path.read_text() for path in house.sources("grants")]
    whole = {name for text in texts for name in pattern.findall(text) if name.split("/")[0] in folders}
    mails = {name for text in texts for name in pair.findall(text)}
    return whole | {f"{name}.{kind}" for name in mails for kind in ("txt", "html")}
