"""Files in, networks out, and back: a suffix decides which format a path means."""

from linreg.readers.domain_json import domain_from_json, domain_to_json, read_domain, read_slice
from linreg.readers.json_network import network_from_json
from linreg.readers.json_spelling import network_to_json
from linreg.readers.suffixes import load, load_domain, save

__all__ = [
    "domain_from_json",
    "domain_to_json",
    "load",
    "load_domain",
    "network_from_json",
    "network_to_json",
    "read_domain",
    "read_slice",
    "save",
]
