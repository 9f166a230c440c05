"""The sample competitions that come with the product, as text of the file format."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "samples"
SAMPLES: Final = ("ten_states_2014", "florida_2024", "operating_model")


def sample_text(name: str) -> str:
    """Return the file of a sample."""
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
