"""How the pages are built: `make docs`. Nothing here needs a network."""

import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "_ext")]

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the examples multiply small matrices

from clearprop import __version__  # noqa: E402

project = "clearprop"
author = "The clearprop developers"
project_copyright = author
release = version = __version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "pages",
]
exclude_patterns = [
    "_build",
    "*.in.md",
    "examples/README.rst",
    "gallery/*.ipynb",
    "gallery/*.py",
    "**/*.codeobj.json",
]
html_math_renderer = "mathml"
default_role = "code"
myst_enable_extensions = ["colon_fence", "dollarmath", "attrs_block"]
myst_heading_anchors = 3
suppress_warnings = ["config.cache"]

autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_",
    "show_memory": False,
    "show_signature": False,
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "within_subsection_order": "order.FromSmallToLarge",
    "write_computation_times": False,
    "download_all_examples": False,
}

templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = "clearprop"
html_static_path = ["_static"]
html_css_files = ["clearprop.css"]
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {
    "index": [],
    "start": [],
    "conventions": [],
    "changelog": [],
    "generated/derivation": [],
    "generated/errata": [],
}
html_theme_options = {
    "show_prev_next": False,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "navbar_end": ["theme-switcher"],
    "show_toc_level": 2,
}
