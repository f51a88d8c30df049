"""What runs in the script's own process: the statements, the tracer, the streams, the prompts."""
