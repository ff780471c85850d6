"""The networks that are here, a card each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from product_matching.app.models.card_text import card_markdown
from product_matching.app.models.table import figure_cell
from product_matching.app.shared.catalogues import Catalogue
from product_matching.app.shared.model_list import ListedModel, own_scores, read_card, speed_of, trained_on
from product_matching.app.shared.wording import plain, shorten
from product_matching.encoders.model_folder import CARD_FILE, PhotoModel
from product_matching.store.comparison import Scores

#: Texts of a model are cut here.
_MAX_CHARS = 300


def draw_models(models: Sequence[ListedModel], catalogues: Sequence[Catalogue]) -> None:
    """Draw the networks, or say that there are none, and which catalogues were embedded with what is not here."""
    if not models:
        st.markdown(
            "There is no network in `models/` yet: `product-matching train RECIPE --catalogue FILE --images DIR "
            "--out DIR` trains one, and `build --model` also takes any timm architecture by its name."
        )
    for model in models:
        with st.container(border=True):
            _draw_model(model, catalogues)
    known = {model.model.fingerprint for model in models if model.model is not None}
    elsewhere = [
        f"{plain(catalogue.name)} with {plain(catalogue.manifest.photo_model.name)}"
        for catalogue in catalogues
        if catalogue.manifest is not None
        and catalogue.manifest.photo_model is not None
        and catalogue.manifest.photo_model.fingerprint not in known
    ]
    if elsewhere:
        st.caption(f"Embedded with a network that is not in this folder: {', '.join(elsewhere)}.")


def draw_scorers(names: Sequence[str], folder: Path) -> None:
    """Draw the pair scorers of a folder of models, with their cards."""
    for name in names:
        with st.container(border=True):
            st.markdown(f"**Pair scorer {plain(name)}**  \nThe second stage: gives a pair of listings its probability.")
            card = read_card(folder / "pairs" / name / CARD_FILE)
            if card:
                with st.expander("Card", icon=":material/description:"):
                    st.markdown(card_markdown(card), anchors=False)


def _draw_model(listed: ListedModel, catalogues: Sequence[Catalogue]) -> None:
    st.markdown(f"**Network {plain(listed.name)}**")
    if listed.model is None:
        st.error(plain(listed.problem), icon=":material/error:")
        return
    model = listed.model
    st.markdown(_facts(listed, model, catalogues))
    scores = own_scores(model)
    if scores:
        st.table(_table(scores), border="horizontal", width="content", alt=f"Figures of {listed.name}")
        st.caption(
            "Parts of its data that it was not trained on; no product is in two parts. Epoch and threshold were chosen "
            "on the validation part, so that its figures are optimistic. Brackets hold 95 % intervals over products."
        )
    st.code(
        f"product-matching build listings.csv --images photos/ --model {listed.name} --out embeddings/mine",
        language="bash",
        wrap_lines=True,
    )
    if listed.card:
        with st.expander("Model card", icon=":material/description:"):
            st.markdown(card_markdown(listed.card), anchors=False)


def _facts(listed: ListedModel, model: PhotoModel, catalogues: Sequence[Catalogue]) -> str:
    facts = [plain(model.backbone), f"{model.image_size} px", f"{model.dimension:,} dimensions"]
    facts.append(f"{listed.megabytes:.1f} MB")
    if speed := speed_of(model):
        facts.append(_text(speed))
    lines = [" · ".join(facts)]
    if model.source:
        lines.append(f"{_text(model.source[:1].upper() + model.source[1:])}")
    if on := trained_on(model):
        lines.append(f"Data: {_text(on)}")
    lines.append(f"Licence: {_text(model.licence) if model.licence else 'not stated'}")
    users = [
        plain(catalogue.name)
        for catalogue in catalogues
        if catalogue.manifest is not None
        and catalogue.manifest.photo_model is not None
        and catalogue.manifest.photo_model.fingerprint == model.fingerprint
    ]
    lines.append(f"Catalogues embedded with it: {', '.join(users) if users else 'none here'}")
    return "  \n".join(lines)


def _text(text: str) -> str:
    return plain(shorten(text, _MAX_CHARS))


def _table(scores: dict[str, Scores]) -> dict[str, list[str]]:
    return {
        "Part": [part.capitalize() for part in scores],
        "F1": [figure_cell(each.figure("f1")) for each in scores.values()],
        "recall@1": [figure_cell(each.figure("recall_at_1")) for each in scores.values()],
        "mAP@R": [figure_cell(each.figure("map_at_r")) for each in scores.values()],
        "Looked up": [f"{each.queries:,} in {each.n:,}" for each in scores.values()],
        "Distance up to": ["–" if each.threshold is None else f"{each.threshold:.3f}" for each in scores.values()],
    }
