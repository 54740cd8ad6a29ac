"""The sources of medialit's labs, with solutions and graders, as data. It holds no code to import.

`medialit.course.supplied` unpacks it into $MEDIALIT_HOME, and the sandbox hides it from students' code.
"""
