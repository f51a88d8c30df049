"""The process of one script: executes and traces its statements, and stops them at prompts."""
