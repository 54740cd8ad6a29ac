"""A file of prompts becomes labelled, watermarked, signed and registered clips, on one machine or on a cluster.

`make_batch` is the whole of it. Workers make frames of shots that were allowed; one trusted process asks the gates
before, and marks, signs and registers after. There is no other way from a line to a file.
"""

from medialit.batch.lines import Line, Wrong, read
from medialit.batch.receipt import Outcome
from medialit.batch.run import Summary, make_batch

__all__ = ["Line", "Outcome", "Summary", "Wrong", "make_batch", "read"]
