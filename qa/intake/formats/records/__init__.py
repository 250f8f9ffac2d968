"""Files that hold many articles or files: JSON lines, archives."""
