"""Represent: a listing's photo or title becomes a vector."""
