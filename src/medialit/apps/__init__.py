"""Windows in a browser, each with `build() -> gr.Blocks`."""
