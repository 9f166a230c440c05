"""The frame of every PDF passes veraPDF with each part that letters, notices and receipts are made of."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
from jinja2 import Environment, FileSystemLoader

from grants.adapters import pdf
from tests.architecture.house import ROOT

PAGE = """
{% extends "layouts/print.html" %}
{% block title %}Award of 70NANB15H014{% endblock %}
{% block letterhead_lines %}<p>2014-NIST-MEP-01</p>{% endblock %}
{% block content %}
  <p class="address">D. Hale
Front Range Manufacturing Alliance</p>
  <h1>Award of 70NANB15H014</h1>
  <p>The amount is <strong>$1,668,359.00</strong>; see <a href="https://demo.example/">the notice</a>.</p>
  <h2>Terms</h2>
  <ul><li>Reports are due each quarter.</li><li>The share holds for the year.</li></ul>
  <dl><div><dt>Award number</dt><dd>70NANB15H014</dd></div></dl>
  <table>
    <caption>Amounts by year, dollars</caption>
    <thead><tr><th scope="col">Year</th><th scope="col" class="number">Federal</th></tr></thead>
    <tbody>
      {% for year in range(1, 60) %}
        <tr><th scope="row">{{ year }}</th><td class="number">1,668,359.00</td></tr>
      {% endfor %}
      <tr class="total"><th scope="row">Total</th><td class="number">98,433,181.00</td></tr>
    </tbody>
  </table>
  <div class="box"><p class="note">Genuine as of this day.</p></div>
{% endblock %}
{% block signature %}
  <div class="signature"><p class="signature__line">R. Ortiz, grants officer</p></div>
{% endblock %}
"""


def test_the_print_frame_is_accessible_in_our_own_font_and_the_same_each_time(
    verapdf: Callable[[bytes], list[str]],
) -> None:
    environment = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True)
    html = environment.from_string(PAGE).render(agency_name="Office of Manufacturing Extension")

    made = pdf.render(html)

    assert verapdf(made) == []
    assert pdf.render(html) == made
    assert {name.split("+")[1].split("-")[0] for name in _fonts(made)} == {"Public"}


def _fonts(made: bytes) -> set[str]:
    with pikepdf.open(BytesIO(made)) as document:
        return {
            str(font.BaseFont) for page in document.pages for font in page.resources.get("/Font", {}).values()
        }
