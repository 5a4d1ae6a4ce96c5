"""The admin's workbook: reading it, and writing our own columns into it and nothing else."""
