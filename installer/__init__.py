"""Packs the program for Windows, Linux and macOS, and tries what it packed."""
