"""The page: the working of a step as one HTML file that needs nothing else."""

from clearprop.show.page.fragment import fragment
from clearprop.show.page.render import render

__all__ = ["fragment", "render"]
