"""Where traces stop: stepping, breakpoints, pauses and prompts."""
