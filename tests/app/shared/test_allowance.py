"""What one visitor may ask for within some minutes."""

from __future__ import annotations

import pytest

from product_matching.app.shared.allowance import Allowance
from product_matching.errors import InputError


def test_a_visitor_has_so_many_within_the_minutes_and_is_told_how_long_to_wait() -> None:
    now = [0.0]
    allowance = Allowance("photos", 2, 10, lambda: now[0])
    allowance.take("a")
    now[0] = 100.0
    allowance.take("a")
    now[0] = 300.0
    said = r"^You have given 2 photos within 10 minutes, the most that are accepted: wait 5 minutes\.$"
    with pytest.raises(InputError, match=said):
        allowance.take("a")
    allowance.take("b")
    now[0] = 599.0
    with pytest.raises(InputError, match=r"wait 1 minute\.$"):
        allowance.take("a")
    now[0] = 600.0
    allowance.take("a")
    with pytest.raises(InputError, match=r"wait 2 minutes\.$"):
        allowance.take("a")
