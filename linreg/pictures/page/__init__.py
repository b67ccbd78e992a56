"""Regions in one HTML file that a browser shows by itself, without a network.

The drawing is code of our own on WebGL 2, and no bundled library: what is needed is one program for
triangles and one for lines, while the libraries that draw so many polygons at once are a megabyte
each, know neither which region an exact location names nor which unit owns an edge, and would have
to be watched for flaws in every page that somebody has kept. The page is plain text that can be
read, and it fetches nothing.
"""

from linreg.pictures.page.document import PAGE_SUFFIX, document
from linreg.pictures.page.explore import check_page_path, explore_page

__all__ = ["PAGE_SUFFIX", "check_page_path", "document", "explore_page"]
