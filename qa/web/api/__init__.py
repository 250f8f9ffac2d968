"""The JSON routes and the Model Context Protocol."""
