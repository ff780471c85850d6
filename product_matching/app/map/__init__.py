"""The Map page: places, colours, cards, and what is selected."""
