"""`python -m portal.cli`: the same as `dcp`."""

from portal.cli import main

main()
