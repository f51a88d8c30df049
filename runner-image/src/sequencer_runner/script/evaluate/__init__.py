"""Expressions, variables and source text for a stopped trace."""
