"""Sphinx's configuration: Markdown pages and notebooks that have run, and every link between them checked."""

project = "medialit"
author = "The medialit contributors"
copyright = "The medialit contributors. Code: Apache-2.0. Text: CC BY 4.0"
extensions = ["myst_nb"]
nb_execution_mode = "off"  # docs/lab_pages.py ran them, in a folder of their own
exclude_patterns = ["build.py", "**/.ipynb_checkpoints"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3  # links to headings are checked too
suppress_warnings = ["toc.empty_glob"]  # a part of the documentation may still be empty
html_theme = "alabaster"
html_static_path = ["static"]
html_css_files = ["labs.css"]
html_theme_options = {
    "description": "Make, license, label and question AI-generated video",
    "page_width": "1080px",
}
html_show_sourcelink = False
