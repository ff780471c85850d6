"""The course of a training: a row an epoch as CSV, and a plot of it."""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from product_matching.files import atomic_file
from product_matching.metrics.retrieval import QueryScores
from product_matching.training.loop import EpochResult

log = logging.getLogger(__name__)

_SIZE, _MARGIN = (900, 340), 44
_COLOURS = {"loss": "#444444", "f1": "#1f6fb4", "recall_at_1": "#d9822b", "map_at_r": "#3a9a5b"}
_NAMES = {"loss": "loss", "f1": "F1", "recall_at_1": "recall@1", "map_at_r": "mAP@R"}


Keep = Literal["best", "last"]


@dataclass(frozen=True)
class EpochRecord:
    """One epoch: number (from 1), loss, learning rate and margin at its end, validation figures, speed, duration."""

    epoch: int
    loss: float
    learning_rate: float
    margin: float
    f1: float
    threshold: float
    recall_at_1: float
    map_at_r: float
    photos_per_second: float
    seconds: float

    @classmethod
    def of(cls, result: EpochResult, scores: QueryScores, seconds: float) -> EpochRecord:
        """Record an epoch, its validation figures, and the seconds that the validation took."""
        return cls(
            epoch=result.epoch,
            loss=result.loss,
            learning_rate=result.learning_rate,
            margin=result.margin,
            f1=scores.mean("f1"),
            threshold=scores.threshold,
            recall_at_1=scores.mean("recall_at_1"),
            map_at_r=scores.mean("map_at_r"),
            photos_per_second=result.listings_per_second,
            seconds=result.seconds + seconds,
        )


def best_record(history: Sequence[EpochRecord]) -> EpochRecord:
    """The epoch with the highest validation F1; of equal ones that with the highest mAP@R, then the first."""
    return max(history, key=lambda record: (record.f1, record.map_at_r, -record.epoch))


def kept_record(history: Sequence[EpochRecord], keep: Keep) -> EpochRecord:
    """The epoch whose network a training keeps: the best one, or the last."""
    return history[-1] if keep == "last" else best_record(history)


def write_curves(history: Sequence[EpochRecord], folder: Path) -> None:
    """Write ``curves.csv`` and ``curves.png`` anew, each whole or not at all."""
    table = folder / "curves.csv"
    with atomic_file(table) as partial, partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [entry.name for entry in fields(EpochRecord)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(record) for record in history)
    with atomic_file(folder / "curves.png") as partial:
        draw_curves(history).save(partial)


def draw_curves(history: Sequence[EpochRecord]) -> Image.Image:
    """Plot the loss on the left and the validation figures, from 0 to 1, on the right."""
    image = Image.new("RGB", _SIZE, "white")
    half = _SIZE[0] // 2
    highest = max((record.loss for record in history), default=1.0) or 1.0
    _draw_panel(image, (0, half), history, ("loss",), highest=highest)
    _draw_panel(image, (half, _SIZE[0]), history, ("f1", "recall_at_1", "map_at_r"), highest=1.0)
    return image


def _draw_panel(
    image: Image.Image, span: tuple[int, int], history: Sequence[EpochRecord], names: Sequence[str], *, highest: float
) -> None:
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(13)
    left, right, top, bottom = span[0] + _MARGIN, span[1] - 16, 36, _SIZE[1] - _MARGIN
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = bottom - share * (bottom - top)
        draw.line([(left, y), (right, y)], fill="#dddddd")
        draw.text((left - 6, y), f"{share * highest:.3g}", fill="#444444", font=font, anchor="rm")
    last = len(history)
    draw.text((left, bottom + 8), "1", fill="#444444", font=font, anchor="ma")
    draw.text((right, bottom + 8), f"{last}", fill="#444444", font=font, anchor="ma")
    draw.text(((left + right) / 2, bottom + 8), "epoch", fill="#444444", font=font, anchor="ma")
    x_title = left
    for name in names:
        values = [getattr(record, name) for record in history]
        points = [
            (left + (right - left) * (i / (last - 1) if last > 1 else 0.5), bottom - value / highest * (bottom - top))
            for i, value in enumerate(values)
        ]
        draw.line(points, fill=_COLOURS[name], width=2)
        for x, y in points:
            draw.ellipse([x - 2, y - 2, x + 2, y + 2], fill=_COLOURS[name])
        draw.text((x_title, 10), _NAMES[name], fill=_COLOURS[name], font=font)
        x_title += int(draw.textlength(_NAMES[name], font=font)) + 18


def log_epoch(record: EpochRecord, epochs: int) -> None:
    """Log the figures of an epoch, and about how long the others take."""
    log.info(
        "Epoch %d/%d: loss %.4f, F1 %.4f at %.3f, recall@1 %.4f, mAP@R %.4f, %.1f photos/s, %s left.",
        record.epoch,
        epochs,
        record.loss,
        record.f1,
        record.threshold,
        record.recall_at_1,
        record.map_at_r,
        record.photos_per_second,
        _duration(record.seconds * (epochs - record.epoch)),
    )


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
