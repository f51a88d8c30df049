"""Line events of the interpreter, by `sys.monitoring` or `sys.settrace`."""
