"""Output, prompts for operators, and the socket to the supervisor."""
