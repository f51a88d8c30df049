"""Runs observing scripts under the control of operators.

`supervisor/` is the long-lived process: it starts script processes, records their events in a journal, and exchanges
events and commands with the gateway. `script/` is the process of one script: it executes the statements and traces
them. The two share only `common/`.
"""

__version__ = "0.1.0"
