"""Windows in a browser, each with `build() -> gr.Blocks`."""

import os

os.environ.setdefault(
    "GRADIO_ANALYTICS_ENABLED", "False"
)  # read when gradio is imported, which is after this
os.environ.setdefault("HF_HUB_OFFLINE", "1")
