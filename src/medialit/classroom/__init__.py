"""A whole class at once: a simulated one, what a class report tells, similar sources, and marks for a platform.

`simulate` sends invented learners through the real course; `book` reads a class from nbgrader's gradebook and the
graded notebooks; `items` says how hard its questions are; `sight` whether it spots better or is merely more
suspicious; `similar` which sources resemble each other; `report` gathers that, `telling` puts it into words,
and `page` and `paper` set it as HTML and PDF. Nothing below imports this package.
"""
