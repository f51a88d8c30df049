"""Runs observing scripts under control: a supervisor, and under it the process of the script."""

__version__ = "0.1.0"
