"""From one lab source to one nbgrader course for each language.

`project` finds the repository and reads course.toml, `source` reads and checks a lab, `i18n` keeps its
catalogues, `notebook` writes the instructor's notebook, `build` releases it through nbgrader, `leaks` refuses
a release that shows too much, `exchange` lays out $MEDIALIT_HOME, and `desk` opens JupyterLab on all that.
"""
