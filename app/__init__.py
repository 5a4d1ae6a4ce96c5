"""Tenant Ferry without a screen: everything the window and the command line both do."""

__version__ = "0.1.0"
