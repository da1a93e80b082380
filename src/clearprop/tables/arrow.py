"""The compute functions of Arrow: made when it is imported, so a type checker cannot see them."""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
