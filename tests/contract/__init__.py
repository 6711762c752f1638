# Copyright (c) 2026, the vmo.core authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulator and a genuine cluster are asked alike, and the comparison of their answers.

``scenarios/*.yml`` hold the requests: a scenario is a list of steps in a namespace of its own. A step is a request
(``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE`` with a path), or a wait (``until`` a path ``has`` values at dotted
places, or is gone), which is not compared. Of a request there may be: ``body``, a document or the name of one in
``shared.yml``; ``with``, values to set in it, null to drop them; ``each``, further such values, one request for each;
``headers``; ``as``, the user; ``keep``, values of the answer for ``{words}`` in later steps; and what is compared of
the answer's body: all of it, or what ``show`` names, of the unordered list ``of``, without the ``passing`` states that
come and go too fast to be always seen.

tests/unit/sim/test_contract.py compares the simulator with ``answers.yml``, which genuine clusters have given:
``python -m tests.contract record`` asks them, ``compare`` tells what has changed since. tests/cluster/ring asks both
at once. Where they differ the simulator is wrong; ``gaps.yml`` has the few exceptions, with their reasons.
"""
