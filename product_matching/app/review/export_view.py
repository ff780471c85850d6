"""What is kept of each group, and the result as files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from product_matching.app.address import Address
from product_matching.app.navigation import change_address
from product_matching.app.resources import BY_BUNDLE, decisions_of
from product_matching.app.review.audit_view import draw_statement, say_progress
from product_matching.app.review.export import matches_file
from product_matching.app.review.keeping import (
    offered_rules,
    offered_values,
    read_rules,
    say_rule,
    unread_rules,
    write_rules,
)
from product_matching.app.shared.columns import value_text
from product_matching.app.shared.downloads import GUARDED
from product_matching.app.shared.gallery import draw_picture, listing_name
from product_matching.app.shared.unusable import draw_unusable, say_unknown
from product_matching.app.shared.wording import count_text, plain, shorten
from product_matching.search.neighbours import RowArray
from product_matching.store.bundle import Bundle
from product_matching.workflows.audit import audited_precision, read_audits
from product_matching.workflows.audit_setting import Setting, is_of_setting
from product_matching.workflows.catalogue_groups import CatalogueGroups
from product_matching.workflows.groups_table import decisions_table, groups_table, representatives_table
from product_matching.workflows.removed import RemovedListings, count_removed
from product_matching.workflows.representatives import Keep, KeepRule, choose_representatives
from product_matching.workflows.table_file import TableFormat, table_bytes

#: Groups of the preview.
_PREVIEW = 3
_PICTURE, _TITLE_CHARS = 88, 44
_NO_RULE = "First of the catalogue"
_FORMATS = {TableFormat.csv: "CSV", TableFormat.json: "JSON", TableFormat.parquet: "Parquet"}


def draw_export(bundle: Bundle, address: Address, found: CatalogueGroups, *, setting: Setting, key: str) -> None:
    """Draw the rules of what is kept, a preview, and the files.

    Parameters
    ----------
    bundle, address
        The catalogue and the address of the page.
    found
        Its groups.
    setting
        What accepts pairs.
    key
        Names the groups.
    """
    rules = read_rules(address.keep, bundle)
    kept = _kept(key, bundle, tuple(rules), found.numbers)
    removed = count_removed(found, kept)
    _draw_trust(bundle, found, removed, setting)
    st.subheader("Which listing of a group is kept", anchor=False)
    offered = [write_rules([keep]) for keep in offered_rules(bundle)]
    draw_unusable(*(say_unknown("keep", part, offered) for part in unread_rules(address.keep, bundle)))
    _draw_rules(bundle, rules)
    _draw_preview(bundle, found, kept, [keep.column for keep in rules if keep.column])
    st.subheader("Files", anchor=False)
    kind = st.segmented_control(
        "Format",
        list(_FORMATS),
        format_func=lambda kind: _FORMATS[kind],
        default=TableFormat.csv,
        required=True,
        label_visibility="collapsed",
        key="export_format",
    )
    _draw_files(bundle, found, kept, kind or TableFormat.csv)


def _draw_trust(bundle: Bundle, found: CatalogueGroups, removed: RemovedListings, setting: Setting) -> None:
    """Say what the finished audit shows and what it does not, beside a report of the result as JSON."""
    audits = read_audits(bundle)
    if audits.finished is not None:
        draw_statement(audits.finished, setting, begun=audits.begun)
    else:
        begun = f" One is begun: {say_progress(audits.begun)}." if audits.begun is not None else ""
        st.info(
            f"Nothing shows yet how many of these matches are right: the step Audit does.{begun}",
            icon=":material/verified:",
        )
    if removed.total:
        st.caption(say_removed(removed))
    st.download_button(
        "Report",
        data=partial(report_of, bundle, found, removed, setting),
        file_name=f"{bundle.manifest.name}-report.json",
        mime="application/json",
        icon=":material/summarize:",
        on_click="ignore",
        help="Settings, counts, decisions and what the audit shows, as JSON.",
        key="download_report",
    )


def say_removed(removed: RemovedListings) -> str:
    """Say of what an audit speaks, and how many listings are removed for another reason."""
    return (
        "An audit speaks of accepted pairs. What is removed are listings, and a group also joins listings whose own "
        f"pair was not accepted: of the {count_text(removed.total, 'duplicate')} that would go, {removed.paired:,} "
        f"are accepted as a pair with the listing that is kept, {removed.through_others:,} only through others of the "
        "group."
    )


def report_of(bundle: Bundle, found: CatalogueGroups, removed: RemovedListings, setting: Setting) -> bytes:
    """The result in numbers with what the finished audit shows, and whether it is one of these pairs, as JSON."""
    known, audit = decisions_of(bundle), read_audits(bundle).finished
    precision = None if audit is None else audited_precision(audit)
    content = {
        "catalogue": bundle.manifest.name,
        "catalogue_id": bundle.manifest.catalogue_id,
        "listings": len(bundle),
        "accepted": setting.words,
        "setting": dict(setting.facts),
        "groups": len(found.groups),
        "listings_in_groups": found.n_grouped,
        "duplicates": found.n_grouped - len(found.groups),
        "duplicates_paired_with_the_kept": removed.paired,
        "duplicates_only_through_others": removed.through_others,
        "decisions": {"applied": known.n_applied, "stale": len(known.stale)},
        "audit": None
        if audit is None or precision is None
        else {
            "drawn": audit.time.isoformat(),
            "accepted": audit.what,
            "setting": dict(audit.setting),
            "is_of_this_setting": is_of_setting(audit, setting),
            "population": audit.population,
            "reviewed": precision.reviewed,
            "wrong_or_not_told": precision.wrong,
            "confidence": precision.confidence,
            "precision_at_least": math.floor(1000 * precision.at_least) / 1000,
        },
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _draw_rules(bundle: Bundle, rules: Sequence[Keep]) -> None:
    offered, values = offered_rules(bundle), offered_values(bundle)
    known = {say_rule(keep): keep for keep in [*offered, *rules]}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for place in range(min(len(rules) + 1, len(known))):
            _draw_rule(place, known, [say_rule(keep) for keep in rules])
        if values:
            _draw_preferred(values, rules)
    st.caption("The first rule decides, each further one among equals; in the end the first listing of the catalogue.")


def _draw_rule(place: int, known: Mapping[str, Keep], rules: Sequence[str]) -> None:
    """Draw the choice of the rule at a place, the first being 0; of those of earlier places none is offered."""
    key, shown = f"keep_{place}", rules[place] if place < len(rules) else _NO_RULE
    if st.session_state.get(key) != shown:
        st.session_state[key] = shown

    def choose() -> None:
        chosen = st.session_state[key]
        after = [rule for rule in rules[place + 1 :] if rule != chosen]
        names = [*rules[:place], *([] if chosen == _NO_RULE else [chosen]), *after]
        change_address(keep=write_rules([known[name] for name in names]))

    st.selectbox(
        "1. Keep the one with" if place == 0 else f"{place + 1}. Among equals",
        [_NO_RULE, *(name for name in known if name not in rules[:place])],
        key=key,
        width=230,
        on_change=choose,
    )


def _draw_preferred(values: Mapping[str, Sequence[str]], rules: Sequence[Keep]) -> None:
    """Draw the choice of a value that is preferred before all other rules."""
    with st.popover("Prefer a value", icon=":material/star:", help="Such as a seller, a kind or a part."):
        column = st.selectbox("Column", list(values), key="prefer_column")
        value = st.selectbox("Value", values[column], key="prefer_value")
        keep = Keep(rule=KeepRule.preferred, column=column, value=value)
        first = write_rules([keep, *(each for each in rules if each.rule is not KeepRule.preferred)])
        st.button("Prefer it", on_click=partial(change_address, keep=first))


@st.cache_data(max_entries=8, show_spinner="Comparing the listings of each group", hash_funcs=BY_BUNDLE)
def _kept(key: str, bundle: Bundle, rules: tuple[Keep, ...], _numbers: RowArray) -> RowArray:
    return choose_representatives(bundle, _numbers, rules)


def _draw_preview(bundle: Bundle, found: CatalogueGroups, kept: RowArray, columns: Sequence[str]) -> None:
    removed = found.n_grouped - len(found.groups)
    st.markdown(
        f"**{count_text(len(bundle) - removed, 'listing')}** stay, **{removed:,}** duplicates go. The first groups:"
    )
    for group in found.groups[:_PREVIEW]:
        rows = sorted(group.rows, key=lambda row: (row != kept[row], row))[:6]
        with st.container(horizontal=True, gap="small", border=True):
            for row in rows:
                record = bundle.listing(row)
                with st.container(width=_PICTURE + 8):
                    draw_picture(bundle, row, listing_name(record), _PICTURE)
                    badge = ":green-badge[kept] " if row == kept[row] else ""
                    values = [f"**{plain(value_text(name, record[name]))}**" for name in columns]
                    st.caption(" · ".join([badge + plain(shorten(listing_name(record), _TITLE_CHARS)), *values]))


def _draw_files(bundle: Bundle, found: CatalogueGroups, kept: RowArray, kind: TableFormat) -> None:
    name = bundle.manifest.name
    decisions = decisions_of(bundle)
    tables: list[tuple[str, str, Callable[[], bytes], str]] = [
        (
            "Groups",
            "groups",
            partial(_file, partial(groups_table, bundle, found, kept), kind),
            "Every listing with its group, the kept one first, and how sure the farthest pair of the group is.",
        ),
        (
            "Catalogue without duplicates",
            "kept",
            partial(_file, partial(representatives_table, bundle, found, kept), kind),
            "The kept listings with all their columns, and the ids of the duplicates of each.",
        ),
        (
            "Decisions",
            "decisions",
            partial(_file, partial(decisions_table, decisions), kind),
            "first, second, decision, time, who, score, stale: `decisions import` reads the CSV.",
        ),
        (
            "Matches",
            "matches",
            partial(matches_file, bundle, found, kind),
            "posting_id and all matches: the listing itself, then the nearest first. CSV: the competition's format.",
        ),
    ]
    if kind is TableFormat.csv:
        st.caption(GUARDED)
    with st.container(horizontal=True):
        for label, part, make, says in tables:
            st.download_button(
                label,
                data=make,
                file_name=f"{name}-{part}.{kind}",
                mime=kind.mime,
                icon=":material/download:",
                on_click="ignore",
                help=says,
                key=f"download_{part}",
            )


def _file(make: Callable[[], pd.DataFrame], kind: TableFormat) -> bytes:
    return table_bytes(make(), kind)
