"""The factory of the web application."""

from datetime import timedelta

from flask import Flask, g
from flask_wtf import CSRFProtect
from sqlmodel import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from grants import pages, wiring
from grants.adapters.files import Files
from grants.adapters.scanner import scanner
from grants.clock import Clock, OffsetClock
from grants.competitions.rules.states import POSTAL_CODES
from grants.config import ROOT, Mode, Settings
from grants.database import Database
from grants.lifecycle.queries import clock_offset
from grants.lifecycle.readings import note_reading
from grants.web import assets, current, errors, filters, headers, origin
from grants.web.bodies import MOST_FIELDS
from grants.web.forms import NAMELESS
from grants.web.routing import RoomyRequest, guard
from grants.web.streams import Streams

LARGEST_FORM = 2 * 1024 * 1024


def create_app(settings: Settings, *, database: Database | None = None, clock: Clock | None = None) -> Flask:
    """Make the application; tests pass their own database and a stopped clock."""
    app = Flask(
        "grants",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder="static",
        static_url_path=assets.address(),
    )
    app.config.update(_flask_settings(settings))
    app.request_class = RoomyRequest
    app.extensions["grants.settings"] = settings
    app.extensions["grants.database"] = database or Database(settings.database_url)
    app.extensions["grants.files"] = Files(settings.files_url)
    app.extensions["grants.scanner"] = scanner(settings.scanner_url)
    app.extensions["grants.clock"] = (lambda _session: clock) if clock else moved_clock
    app.extensions["grants.actor"] = wiring.load_actor
    app.extensions["grants.note_reading"] = note_reading
    app.extensions["grants.streams"] = Streams()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = False
    _trust_proxies(app, settings.trusted_proxies)
    app.before_request(guard)  # before the token is checked, for which the body is read
    origin.install(app)
    CSRFProtect(app)
    filters.install(app)
    app.jinja_env.tests["nameless"] = lambda sentence: sentence in NAMELESS
    app.jinja_env.filters["state_name"] = lambda code: POSTAL_CODES.get(code, code)
    headers.install(app)
    assets.install(app)
    errors.install(app)
    pages.install(app)
    wiring.install(app)
    app.context_processor(_context)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Take address and scheme from as many proxies as stand before us, and from no header otherwise."""
    if count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def moved_clock(session: Session) -> Clock:
    """Make the clock of this request: real time, moved by the demonstration's offset."""
    return OffsetClock(timedelta(seconds=clock_offset(session)))


def _flask_settings(settings: Settings) -> dict[str, object]:
    production = settings.mode is Mode.PRODUCTION
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": [settings.secret_key_old] if settings.secret_key_old else [],
        "MAX_CONTENT_LENGTH": LARGEST_FORM,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,
        "MAX_FORM_PARTS": MOST_FIELDS,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "SESSION_COOKIE_NAME": "__Host-grants" if production else "grants",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "TEMPLATES_AUTO_RELOAD": False,
        "SEND_FILE_MAX_AGE_DEFAULT": assets.KEPT_FOR,
    }


def _context() -> dict[str, object]:
    if "actor" not in g:
        return {"mode": current.settings().mode, "actor": None, "may": lambda *_: False}
    return {
        "mode": current.settings().mode,
        "actor": current.actor(),
        "may": current.may,
        "now": current.now(),
    }
