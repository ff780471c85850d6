"""Embedding the photo of a search: decoded outside the server, within limits, with its place while it waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import streamlit as st

from product_matching.app.find.query import EmbedUpload
from product_matching.app.resources import encoder_of, photo_allowance
from product_matching.app.shared.job_view import visitor
from product_matching.app.shared.uploads import Upload, embed_upload
from product_matching.app.shared.wording import count_text
from product_matching.encoders.model_folder import PhotoModel
from product_matching.encoders.photo_workers import shared_workers


@contextmanager
def embedding() -> Iterator[EmbedUpload]:
    """What embeds an upload; while its photo waits to be decoded, its place is shown here."""
    place = st.empty()

    def told(before: int) -> None:
        if before:
            place.info(f"{count_text(before, 'photo')} before yours.", icon=":material/hourglass_top:")
        else:
            place.empty()

    def embed(upload: Upload, model: PhotoModel) -> npt.NDArray[np.float32]:
        if not upload.problem:
            photo_allowance().take(visitor())
        return embed_upload(upload, model.fingerprint, encoder_of(model), shared_workers().view, told=told)

    yield embed
    place.empty()
