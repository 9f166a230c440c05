"""Who signs, signs as the person of the account: no form that signs lets a name be typed."""

from collections.abc import Iterator

import pytest
from flask import Flask

from grants.accounts.forms import SignerMixin


def forms_below(kind: type[object]) -> Iterator[type[object]]:
    for below in kind.__subclasses__():
        yield below
        yield from forms_below(below)


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_no_form_that_signs_takes_a_name(app: Flask) -> None:
    signing = set(forms_below(SignerMixin))

    assert {"CertifyForm", "CountersignForm", "MakeForm", "SubmitForm"} <= {one.__name__ for one in signing}
    assert {one.__name__ for one in signing if hasattr(one, "name")} == set()
