"""What both processes use: the supervisor and the process of the script."""
