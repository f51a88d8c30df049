"""The same tests with the probe for Python before 3.12."""

from test_breakpoints import *  # noqa: F403
from test_command_effects import *  # noqa: F403
from test_failures import *  # noqa: F403
from test_held_failures import *  # noqa: F403
from test_inspection import *  # noqa: F403
from test_long_steps import *  # noqa: F403
from test_output import *  # noqa: F403
from test_pause import *  # noqa: F403
from test_replace import *  # noqa: F403
from test_semantics import *  # noqa: F403
from test_signals import *  # noqa: F403
from test_steps import *  # noqa: F403
from test_stop import *  # noqa: F403

ENVIRONMENT = {"SEQUENCER_SETTRACE": "1"}
