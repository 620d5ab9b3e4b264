"""`python -m g7graph`: the command line."""

from g7graph.cli import main

if __name__ == "__main__":
    main(prog_name="python -m g7graph")
