"""Hostile bytes against everything that reads them: `make fuzz`, guided by what they reach (atheris)."""
