"""The decisions on a catalogue as a CSV file: ``first,second,decision``, and what else is known of them."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from product_matching.errors import InputError
from product_matching.files import atomic_file
from product_matching.listings.list_problems import at_places
from product_matching.listings.spreadsheet_text import guard_cells, unguard
from product_matching.store.bundle import Bundle
from product_matching.store.decision import Decision, Word
from product_matching.store.decisions import DecisionStore
from product_matching.workflows.decisions import BundleDecisions, seen_in

_NEEDED = ("first", "second", "decision")
_COLUMNS = (*_NEEDED, "time", "who", "score", "stale")
_STALE = "yes"
#: As the tables of the app have it, too.
_STALE_WORDS = (_STALE, "true")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did.

    Attributes
    ----------
    recorded
        Decisions that are new, or in place of another one.
    kept
        Those that held already.
    stale
        Those that the file marks as stale, which are left out.
    """

    recorded: int
    kept: int
    stale: int


def write_decisions(path: Path, decisions: BundleDecisions) -> None:
    """Write the decisions that hold, the oldest first, stale ones marked: all of it or nothing.

    Raises
    ------
    InputError
        The file cannot be written there.
    """
    with atomic_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for change in reversed(decisions.changes):
            decision = change.decision
            score = "" if decision.score is None else decision.score
            stale = _STALE if change.number in decisions.stale else "no"
            known = (str(decision.word), decision.time.isoformat(), decision.who, score, stale)
            writer.writerow(guard_cells([*decision.pair, *known]))


def import_decisions(bundle: Bundle, path: Path, store: DecisionStore | None = None) -> Imported:
    """Take the decisions of a file over, as decisions on the listings as they are now.

    ``time``, ``who`` and ``score`` are kept where the file has them; rows with ``yes`` or ``true`` in ``stale`` are
    left out. A decision that holds already is not recorded again. The guard of `spreadsheet_text` is taken off.

    Raises
    ------
    InputError
        With every problem of the file and the lines that it is in; nothing is taken over then. Or the decisions cannot
        be written.
    """
    table = _Table(bundle)
    problems = table.read(path)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        heading = f"The decisions {str(path)!r} cannot be imported because of {count}:"
        raise InputError("\n".join([heading, *(f"- {problem}" for problem in problems)]))
    decisions = list(table.decisions.values())
    recorded = (store or DecisionStore()).record(bundle.manifest.catalogue_id, decisions, only_new=True)
    return Imported(recorded=len(recorded), kept=len(decisions) - len(recorded), stale=table.stale)


class _Table:
    """The decisions of a file as far as it is read, with the lines of each problem."""

    def __init__(self, bundle: Bundle) -> None:
        self.decisions: dict[tuple[str, str], Decision] = {}
        self.stale = 0
        self._rows, self._see = bundle.rows, seen_in(bundle)
        self._lines: dict[tuple[str, str], int] = {}
        self._wrong: dict[str, list[tuple[int, str]]] = defaultdict(list)

    def read(self, path: Path) -> list[str]:
        """Read a file; returns what is wrong with it."""
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            return ["it is not UTF-8 text; save the file as CSV in UTF-8"]
        except OSError as error:
            return [f"it cannot be read ({error.strerror})"]
        records = _records(text)
        _, header = next(records, (1, []))
        if isinstance(header, csv.Error):
            return [f"its header cannot be read ({header})"]
        names = [name.strip() for name in header]
        missing = [name for name in _NEEDED if name not in names]
        if missing:
            return [f"no column {', '.join(map(repr, missing))}; needed are {', '.join(_NEEDED)}"]
        if len(set(names)) < len(names):
            return ["more than one column has the same name"]
        for line, record in records:
            if isinstance(record, csv.Error):
                self._wrong["quoting that cannot be read"].append((line, ""))
            elif len(record) != len(names):
                self._wrong[f"not {len(names)} fields as in the header"].append((line, str(len(record))))
            else:
                self._add(line, dict(zip(names, (unguard(cell.strip()) for cell in record), strict=True)))
        return [at_places(problem, places, unit="line") for problem, places in self._wrong.items()]

    def _add(self, line: int, entry: dict[str, str]) -> None:
        """Take one row; what is wrong with it is noted."""
        if entry.get("stale", "").casefold() in _STALE_WORDS:
            self.stale += 1
            return
        first, second, word = (entry[name] for name in _NEEDED)
        unknown = [posting_id for posting_id in (first, second) if posting_id not in self._rows]
        wrong = {
            "no listing of this catalogue": " and ".join(f"{posting_id!r:.80}" for posting_id in unknown),
            "one listing on both sides": f"{first!r:.80}" if first == second and not unknown else "",
            "neither same nor different": "" if word in list(Word) else f"{word!r:.40}",
            "no score from 0 to 1": "" if _is_score(entry.get("score", "")) else f"{entry['score']!r:.40}",
            "no time": "" if _is_time(entry.get("time", "")) else f"{entry['time']!r:.40}",
        }
        for problem, remark in wrong.items():
            if remark:
                self._wrong[problem].append((line, remark))
        if any(wrong.values()):
            return
        decision = self._decision(entry)
        known = self.decisions.setdefault(decision.pair, decision)
        at = self._lines.setdefault(decision.pair, line)
        if known.word != decision.word:
            remark = f"{first!r:.80} and {second!r:.80} as in line {at}"
            self._wrong["another decision on the same pair"].append((line, remark))

    def _decision(self, entry: dict[str, str]) -> Decision:
        time, score = entry.get("time"), entry.get("score")
        return Decision(
            first=self._see(entry["first"]),
            second=self._see(entry["second"]),
            word=Word(entry["decision"]),
            time=_to_time(time) if time else datetime.now(UTC),
            who=entry.get("who", ""),
            score=float(score) if score else None,
        )


def _records(text: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each record that is not a blank line, or what is wrong with it, with the line that it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
        else:
            if record:
                yield line, record


def _is_score(text: str) -> bool:
    try:
        return not text or 0 <= float(text) <= 1
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        return not text or _to_time(text).year > 0
    except (ValueError, OverflowError):
        return False


def _to_time(text: str) -> datetime:
    """A time of ISO 8601, in UTC where it names no zone."""
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
