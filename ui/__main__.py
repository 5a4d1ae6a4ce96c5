"""`python -m ui`: the window, or `--self-test`."""

from __future__ import annotations

from ui.start import main

raise SystemExit(main())
