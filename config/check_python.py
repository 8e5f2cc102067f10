"""Say plainly when the Python that `make` found cannot set the repository up. Runs on any Python 3."""

import sys

LOWEST, TOO_NEW = (3, 11), (3, 14)


def problem() -> "str | None":
    """Return what is wrong with this Python and the fix; None when nothing is."""
    version = sys.version_info[:2]
    if not LOWEST <= version < TOO_NEW:
        return (
            f"python3 is {version[0]}.{version[1]}; this project runs on 3.11, 3.12 and 3.13.\n"
            "Fix: install one of them and name it: make setup PYTHON=python3.13"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        return (
            f"this Python lacks the module {error.name}, so it cannot make a virtual environment.\n"
            "Fix (Debian, Ubuntu): apt-get install python3-venv"
        )
    return None


if __name__ == "__main__":
    message = problem()
    if message is not None:
        sys.exit(message)
