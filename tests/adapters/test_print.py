"""Nothing runs off a printed page, however long a name or a title without blanks is."""

import pypdfium2
import pytest
from jinja2 import Environment, FileSystemLoader

from grants.adapters import pdf
from grants.config import ROOT

NAME = "Letter_of_commitment_" + "and_of_every_party_that_promises_cash_" * 5 + "signed.pdf"
TITLE = "W" * 300
PAGE = """
{% extends "layouts/print.html" %}
{% block title %}{{ long }}{% endblock %}
{% block kind %}{{ kind }}{% endblock %}
{% block letterhead_lines %}<p>{{ long }}</p>{% endblock %}
{% block running %}{{ long }}{% endblock %}
{% block content %}
  <p class="address">{{ long }}</p>
  {% for level in range(1, 6) %}<h{{ level }}>{{ long }}</h{{ level }}><p>{{ long }}</p>{% endfor %}
  <dl><div><dt>{{ long }}</dt><dd>{{ long }}</dd></div></dl>
  <ul><li>{{ long }}<ol><li>{{ long }}</li></ol></li></ul>
  <div class="box"><p class="note"><strong>{{ long }}</strong></p></div>
  {% for columns in (1, 2, 9) %}
    <table>
      <caption>{{ long }}</caption>
      <thead><tr><th scope="col">{{ long }}</th>
        {% for n in range(columns) %}<th scope="col" class="number">R{{ n }}</th>{% endfor %}</tr></thead>
      <tbody><tr><th scope="row" class="level--3">{{ long }}</th>
        {% for n in range(columns) %}<td class="number">100.125</td>{% endfor %}</tr>
        <tr><td>{{ long }}<br><span class="hash">{{ "0123456789abcdef" * 4 }}</span></td>
        {% for n in range(columns) %}<td class="number">–</td>{% endfor %}</tr></tbody>
    </table>
    <table><tbody><tr><th scope="row">{{ long }}</th><td>{{ long }}</td></tr></tbody></table>
  {% endfor %}
{% endblock %}
{% block signature %}<p class="signature__line">{{ long }}</p>{% endblock %}
"""


def beyond(made: bytes) -> list[tuple[int, str]]:
    """Pages with the signs that lie beyond their edges."""
    found = []
    document = pypdfium2.PdfDocument(made)
    try:
        for number, page in enumerate(document, start=1):
            width, height = page.get_size()
            text = page.get_textpage()
            for at in range(text.count_chars()):
                left, bottom, right, top = text.get_charbox(at)
                if right > width or left < 0 or top > height or bottom < 0:
                    found.append((number, text.get_text_range(at, 1)))
    finally:
        document.close()
    return found


@pytest.mark.parametrize(("kind", "long"), [("letter", TITLE), ("stamped", NAME)])
def test_nothing_lies_beyond_the_page(kind: str, long: str) -> None:
    environment = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True)

    made = pdf.render(environment.from_string(PAGE).render(agency_name="Office", kind=kind, long=long))

    assert beyond(made) == []


def test_every_paper_stands_in_the_same_frame_and_styles() -> None:
    papers = {path.name: path.read_text() for path in (ROOT / "templates" / "pdf").glob("*.html")}

    framed = {name for name, text in papers.items() if '{% extends "layouts/print.html" %}' in text}

    assert set(papers) - framed == {"stamps.html"}
