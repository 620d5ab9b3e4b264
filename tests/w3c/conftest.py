"""What is here is a program; the tests of it are in `test_w3c_runner.py`."""

collect_ignore_glob = ["*.py"]
