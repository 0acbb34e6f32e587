"""The quality gates: what checkers and browsers find on the pages of the demonstration.

Each is first shown to catch a planted fault. None is worth much alone: automatic checkers find a
part of what stands in a reader's way, so the keyboard walks and the own checks stand beside them.
"""
