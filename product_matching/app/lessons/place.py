"""The address of the page as a lesson reads it: a lesson is drawn alone when something in it is moved."""

from __future__ import annotations

from product_matching.app.address import Address
from product_matching.app.navigation import current_address, remember


def lesson_address() -> Address:
    """The address as it stands now, remembered for links that lead back to it."""
    address = current_address()
    remember(address)
    return address
