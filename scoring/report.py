"""A decision as plain text, for the command line: the sections of the ranking page, word for word."""

from collections.abc import Iterable, Iterator

from scoring.account import Decision, Section, Table, exact_sections
from scoring.exact import ROUNDING
from scoring.inputs import Inputs


def report(inputs: Inputs) -> str:
    """Return every state's ranking with what follows from it exactly, as text."""
    lines = [f"Competition {inputs.competition}", f"Method: {inputs.rules.in_words()}.", ROUNDING]
    for ballot in inputs.ballots():
        lines += ["", ballot.state, *_sections(exact_sections(Decision(ballot, inputs.rules)))]
    return "\n".join([*lines, ""])


def information(inputs: Inputs, samples: int) -> str:
    """Return everything that stands beside each state's ranking, as text."""
    from scoring.beside import HEADING, information_sections
    from scoring.statistics import statistics

    found = statistics(inputs, samples)
    lines = ["", HEADING]
    for state in inputs.states:
        lines += ["", state.state, *_sections(information_sections(inputs, found, state.state))]
    return "\n".join([*lines, "", ""])


def _sections(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield f"  {section.title}"
        yield from (f"    {sentence}" for sentence in section.sentences)
        for table in section.tables:
            yield from (f"    {line}".rstrip() for line in _table(table))


def _table(table: Table) -> Iterator[str]:
    yield table.caption
    lines = (table.heads, *table.rows)
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.heads))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
