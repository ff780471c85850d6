import re
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).parents[1]
TEMPLATE = (ROOT / "demo_generator" / "card_template.md").read_text(encoding="utf-8")


def test_the_card_is_the_template_with_its_fields_filled_in():
    pattern = "".join(
        re.escape(text) + ("" if field is None else "(.+?)") for text, field, _, _ in Formatter().parse(TEMPLATE)
    )
    found = re.fullmatch(pattern, (ROOT.parent / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found, "demo/README.md and card_template.md differ beyond the template's fields"
    assert all(0 < len(field) < 1200 for field in found.groups())


def test_linked_files_are_there():
    card = (ROOT.parent / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", card)
    assert "generator/README.md" in links
    assert all((ROOT.parent / link).exists() for link in links)
