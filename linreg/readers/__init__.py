"""Files and models in, networks out, and back: a suffix decides which format a path means."""

from linreg.readers.accepted import (
    DomainLike,
    NetworkLike,
    as_domain,
    as_network,
    as_staged,
    asked,
    asked_where,
)
from linreg.readers.domain_json import domain_from_json, domain_to_json, read_domain, read_slice
from linreg.readers.domain_text import domain_from_text
from linreg.readers.json_network import network_from_json
from linreg.readers.json_spelling import network_to_json
from linreg.readers.onnx_writing import has_other_numbers
from linreg.readers.query import Query
from linreg.readers.sklearn_models import from_sklearn
from linreg.readers.state_dicts import from_state_dict
from linreg.readers.suffixes import check_network_path, load, load_domain, load_problem, save
from linreg.readers.torch_network import from_torch
from linreg.readers.vnnlib import load_query

__all__ = [
    "DomainLike",
    "NetworkLike",
    "Query",
    "as_domain",
    "as_network",
    "as_staged",
    "asked",
    "asked_where",
    "check_network_path",
    "domain_from_json",
    "domain_from_text",
    "domain_to_json",
    "from_sklearn",
    "from_state_dict",
    "from_torch",
    "has_other_numbers",
    "load",
    "load_domain",
    "load_problem",
    "load_query",
    "network_from_json",
    "network_to_json",
    "read_domain",
    "read_slice",
    "save",
]
