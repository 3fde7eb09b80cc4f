"""Readers: the text of a file in, facts with exact positions out."""
