"""When something was filmed, as far as it is known: the archive's subset of EDTF.

`edtf` holds the grammar and the bounds, `reading` what people type and what titles say,
`saying` the words shown to a reader. Pure: standard library only.
"""

from footage.dates.edtf import DateError, FilmedDate, parse
from footage.dates.reading import find, read
from footage.dates.saying import say

__all__ = ["DateError", "FilmedDate", "find", "parse", "read", "say"]
