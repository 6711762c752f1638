# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand in for pip's own ``get-pip.py``, which ansible-test downloads from a server that not every network reaches.

ansible-test looks for it in its cache first; ``tests/tools/sanity`` lays it there. Python's ``ensurepip`` does the
same work, and the version of pip that ansible-test asks for comes from the package index.
"""

from __future__ import annotations

import os
import subprocess
import sys

# For get-pip.py only; pip knows no such options.
ONLY_GET_PIP = ("--no-setuptools", "--no-wheel")

if __name__ == "__main__":
    environment = {name: value for name, value in os.environ.items() if name != "GET_PIP"}
    options = [argument for argument in sys.argv[1:] if argument not in ONLY_GET_PIP]
    subprocess.run([sys.executable, "-m", "ensurepip"], check=True, env=environment, stdout=subprocess.DEVNULL)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *options], check=True, env=environment)
