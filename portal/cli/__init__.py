"""`dcp`: the command line."""


def main() -> None:
    """Entry point of the `dcp` script."""
    from portal.cli.commands import main as run

    run()
