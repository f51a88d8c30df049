"""The process that starts script processes, records their events and carries out commands."""
