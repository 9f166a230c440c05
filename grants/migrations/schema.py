"""Every table of the house: imports each package's models so that the metadata is whole."""

import pkgutil
from importlib import import_module

import grants
from grants.database import metadata

__all__ = ["load", "metadata"]


def load() -> None:
    """Import every `models` module or package below `grants`."""
    for package in pkgutil.iter_modules(grants.__path__, "grants."):
        if package.ispkg:
            names = {module.name for module in pkgutil.iter_modules(import_module(package.name).__path__)}
            if "models" in names:
                import_module(f"{package.name}.models")
