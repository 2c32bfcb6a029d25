"""Sphinx settings."""

project = "qipan"
author = "The qipan developers"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "qipan 棋盘"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]
