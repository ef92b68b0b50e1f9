"""The fixture of the Python clients' tests, for these tests, too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "python"))
