"""What holds for every test."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("contract")

# The same examples in every run, and no limit on time: a busy machine is not a fault.
settings.register_profile("evtui", derandomize=True, deadline=None)
settings.load_profile("evtui")
