"""Runs the statements of the script, and carries out the commands of the supervisor."""
