"""Pictures: regions of up to three inputs, functions, graphs, counts; drawn by matplotlib."""

from linreg.pictures.arrangement import plot_arrangement, plot_polygons_of
from linreg.pictures.complexes import plot_complex, plot_pieces
from linreg.pictures.drawing import SUFFIXES, check_picture_path, save_picture
from linreg.pictures.films import animate
from linreg.pictures.folds import plot_folds
from linreg.pictures.graphs import plot_graph
from linreg.pictures.page import check_page_path, explore_page
from linreg.pictures.persistence import plot_barcode, plot_diagram
from linreg.pictures.regions import plot_regions
from linreg.pictures.statistics import plot_counts, plot_degrees, plot_volumes
from linreg.pictures.surface import plot_surface

__all__ = [
    "SUFFIXES",
    "animate",
    "check_page_path",
    "check_picture_path",
    "explore_page",
    "plot_arrangement",
    "plot_barcode",
    "plot_complex",
    "plot_counts",
    "plot_degrees",
    "plot_diagram",
    "plot_folds",
    "plot_graph",
    "plot_pieces",
    "plot_polygons_of",
    "plot_regions",
    "plot_surface",
    "plot_volumes",
    "save_picture",
]
