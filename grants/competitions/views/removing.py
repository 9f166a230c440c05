"""What was removed from the criteria within ten minutes: said by name, and put back where it stood."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from grants.competitions import queries
from grants.competitions.models import Competition
from grants.competitions.rules import notice as n
from grants.competitions.rules import tree
from grants.competitions.rules.plain import decode_section
from grants.web import current
from grants.web.filters import plural

FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Removed:
    """A criterion that went, and the tree in which it stood."""

    criterion: n.CriterionPlan
    before: tree.Tree

    @property
    def words(self) -> str:
        """Name what went with everything below it."""
        below = len(list(n.walk(self.criterion.criterion)))
        more = f" and {plural(below, 'sub-criterion', 'sub-criteria')}" if below else ""
        return f"“{self.criterion.title}”{more}"


def removed_lately(competition: Competition, standing: n.Criteria) -> list[Removed]:
    """List what went from the criteria of a draft in the last ten minutes and can come back, newest first."""
    if competition.published_at is not None:
        return []
    found: dict[str, Removed] = {}
    for after, before in pairwise(_trees_since(competition, current.now() - FOR)):
        for one in tree.gone(before, after):
            if tree.put_back(standing.criterion, before, one.key) != standing.criterion:
                found.setdefault(one.key, Removed(one, before))
    return list(found.values())


def with_put_back(competition: Competition, standing: n.Criteria, key: str) -> n.Criteria:
    """Return the criteria with one put back; as they stand where that is not possible any more."""
    for one in removed_lately(competition, standing):
        if one.criterion.key == key:
            return replace(standing, criterion=tree.put_back(standing.criterion, one.before, key))
    return standing


def _trees_since(competition: Competition, since: datetime) -> list[tree.Tree]:
    """Return the trees saved after an instant and the one that stood before them, newest first."""
    found = []
    with current.reading() as session:
        save = queries.last_saves(session, competition.id).get("criteria")
        while save is not None:
            found.append(_tree(decode_section("criteria", save.content)))
            if save.saved_at <= since:
                break
            save = queries.save_of_version(session, competition.id, 0, "criteria", save.version - 1)
    return found


def _tree(content: n.SectionContent) -> tree.Tree:
    return content.criterion if isinstance(content, n.Criteria) else ()
