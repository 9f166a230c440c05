"""When a rank is not yet one: a state with several finalists ranks after its panel is closed."""


def why_provisional(state: str, *, finalists: int, panel: str | None) -> str | None:
    """Return why a state's ranks may still change; None once its panel is held or needless."""
    if panel == "open":
        return f"The panel of {state} is open. Close it first."
    if finalists > 1 and panel != "closed":
        return f"{state} has {finalists} finalists. Hold the panel first."
    return None
