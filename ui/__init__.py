"""The window: Qt, and no input or output of its own."""
