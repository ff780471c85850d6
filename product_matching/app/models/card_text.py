"""A model card as Markdown of which only the structure is kept: it can neither link nor load anything."""

from __future__ import annotations

import re

from product_matching.app.shared.wording import plain

_HEADING = re.compile(r"^(#{1,6}) +(.*)$")
_ITEM = re.compile(r"^ *[-*] +(.*)$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_RULE = re.compile(r"^\|[ :|-]+\|$")
#: Headings of a card stand below those of the page.
_HEADING_MARK = "#####"


def card_markdown(card: str) -> str:
    """Keep a card's headings, lists, tables, code and paragraphs; everything else in it is shown as it is written."""
    lines: list[str] = []
    in_code = False
    for line in card.splitlines():
        if _FENCE.match(line):
            lines.append("```" if in_code else "```text")
            in_code = not in_code
        else:
            lines.append(line if in_code else _line(line))
    return "\n".join([*lines, "```"] if in_code else lines)


def _line(line: str) -> str:
    if heading := _HEADING.match(line):
        return f"{_HEADING_MARK} {_inline(heading[2])}"
    if item := _ITEM.match(line):
        return f"- {_inline(item[1])}"
    if _RULE.match(line.strip()):
        return line.strip()
    if line.startswith("|"):
        return f"| {' | '.join(_inline(cell.strip()) for cell in line.strip().strip('|').split('|'))} |"
    return _inline(line)


def _inline(text: str) -> str:
    """Escape a text but for what stands between single backticks."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0 or "" in pieces[1::2]:  # a backtick without its other half, or several at once
        return plain(text)
    return "".join(f"`{piece}`" if place % 2 else _escaped(piece) for place, piece in enumerate(pieces))


def _escaped(text: str) -> str:
    """Escape a text, keeping the space at its ends."""
    left, right = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{left}{plain(text)}{right}" if text.strip() else " " * bool(text)
