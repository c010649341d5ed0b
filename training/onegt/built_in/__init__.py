"""The parts of the built-in head, see ../built_in_head.py."""
