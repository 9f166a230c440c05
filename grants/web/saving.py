"""How a page that saves itself and the server talk, for every such page.

The script (`static/js/autosave.js`) posts to the form's own address, with `X-Requested-With: fetch`:

- `saving=fields`, the changed fields under their names as they stand in the page, for each of them
  `base:NAME`, the fingerprint of the text it was written on, and `version`, the last one it has heard of;
- `saving=peek` and `version` to hear what others changed, on return to the tab.

The answer names each stored field with the fingerprint of the text *as it was sent* and the stored text
where it differs, what others changed since `version`, the findings of fields that were not stored, and, for
a field that somebody else changed as well, the fingerprint of what was set aside and the page of both texts.
The device forgets a text when its fingerprint came back and never otherwise.

To bring a form on: open it with `form_open(..., autosave=url, extra={"version": ...})` and `save_state(...)`;
let the view ask `offered(...)` for the `Offer`, have its service merge it (`grants.versions.merge`) into an
`Outcome` without raising for single fields, and return `answer(...)`. Each field's stored text must be
written as the page shows it, because that is what the fingerprint is of.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from grants.errors import GrantsError
from grants.findings import Finding
from grants.versions import Offer, Outcome, fingerprint
from grants.web import current, whose
from grants.web.fields import counted
from grants.web.filters import saved_at

BASE = "base:"
MARK = "X-Person"


class AnotherPerson(GrantsError):
    """The page belongs to a person who is not signed in here any more; somebody else is."""

    status = 401


def by_script() -> bool:
    """Say whether a script saves, and not a form."""
    return request.headers.get("X-Requested-With") == "fetch"


def is_peek() -> bool:
    """Say whether the script only asks what others changed."""
    return by_script() and request.form.get("saving") == "peek"


def offered(values: Mapping[str, Any]) -> Offer:
    """Return what was sent of these fields, each as it was read; raise where another person sent it."""
    require_same_person()
    version = counted(request.form.get("version"))
    if not is_partial():
        return Offer({name: _text(value) for name, value in values.items()}, version)
    bases = {name: base for name in values if (base := request.form.get(BASE + name)) is not None}
    return Offer({name: _text(values[name]) for name in bases}, version, bases)


def faults(form: Any, names: Iterable[str]) -> list[Finding]:
    """Return what is no value among the fields that were sent, as the form says it."""
    sent = [name for name in names if not is_partial() or BASE + name in request.form]
    return [Finding("field", str(form[name].errors[0]), field=name) for name in sent if form[name].errors]


def is_partial() -> bool:
    """Say whether only what was changed was sent, each field with what it was based on."""
    return "saving" in request.form


def require_same_person() -> None:
    """Raise where the page that sends was made for another person: their words are not this one's."""
    mark = request.headers.get(MARK)
    if mark is not None and mark != present():
        raise AnotherPerson


def present() -> str:
    """Return the mark of who is signed in, as every page carries it for the script."""
    return whose.present()


def answer(
    outcome: Outcome, *, zone: str, difference: str | None = None, message: str = "", **more: Any
) -> ResponseReturnValue:
    """Say of every field what became of it; `difference` is the page on which both texts are kept."""
    faulty = {found.field for found in outcome.refused}
    sent = {name.removeprefix(BASE) for name in request.form if name.startswith(BASE)} or set(outcome.fields)
    sent &= request.form.keys()
    return jsonify(
        kind="saved",
        person=present(),
        version=outcome.version,
        saved=saved_at(outcome.at, zone, now=current.now()) if outcome.at else "",
        stored={
            name: _stored(name, outcome.fields[name])
            for name in sent
            if name in outcome.fields and name not in faulty and name not in outcome.clashes
        },
        clashes={
            name: {"sha256": fingerprint(sent_text(name)), "text": outcome.fields.get(name, "")}
            for name in outcome.clashes
        },
        others=_others(outcome, sent),
        findings=[{"code": f.code, "field": f.field, "message": f.message} for f in outcome.refused],
        difference=difference,
        message=message,
        **more,
    ), _status(outcome)


def sent_text(name: str) -> str:
    """Return a field as it was sent; several values of one name, as of boxes, stand on lines."""
    return "\n".join(request.form.getlist(name))


def _stored(name: str, stored: str) -> dict[str, str]:
    sent = sent_text(name)
    said = {"sha256": fingerprint(sent)}
    return said if sent == stored else {**said, "text": stored}


def _others(outcome: Outcome, sent: set[str]) -> dict[str, str]:
    """Return what stands in the fields that were not sent, where the page has not heard of it."""
    if outcome.found == counted(request.form.get("version")) and "all" not in request.form:
        return {}
    return {name: text for name, text in outcome.fields.items() if name not in sent}


def _status(outcome: Outcome) -> int:
    if outcome.clashes:
        return 409
    return 422 if outcome.refused else 200


def _text(value: Any) -> str:
    return "" if value is None else str(value)
