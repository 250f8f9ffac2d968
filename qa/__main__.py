"""`python -m qa`: the command line."""

from qa.cli.commands import main

main()
